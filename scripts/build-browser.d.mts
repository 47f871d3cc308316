/** Folder of the built module and page. */
export const BROWSER: string;
/** Builds it if it is out of date. */
export function ensureBrowserBuilt(): Promise<void>;
/** What packages for command lines import from Node: package → what stands for it in a browser's bundle (esbuild's alias). */
export const FROM_NODE: Readonly<Record<string, string>>;
