import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Folder of the cases, for the children that read files. */
export const CASES = join(ROOT, "conformance", "cases");

/** Bundles test/runtimes/children/NAME.ts to build/runtimes/NAME.mjs, as only Deno runs TypeScript; answers with that path. */
export async function bundleChild(name: string, options: BuildOptions): Promise<string> {
  const outfile = join(ROOT, "build", "runtimes", `${name}.mjs`);
  await build({
    absWorkingDir: ROOT,
    entryPoints: [join("test", "runtimes", "children", `${name}.ts`)],
    bundle: true,
    format: "esm",
    logLevel: "error",
    outfile,
    ...options,
  });
  return outfile;
}
