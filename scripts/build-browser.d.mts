/** Folder of the built module and page. */
export const BROWSER: string;
/** Builds it if it is out of date. */
export function ensureBrowserBuilt(): Promise<void>;
