import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { InternalError } from "../../core-ts/errors.ts";

/** The folder that holds package.json: one level deeper from dist/ than from the sources, so it is looked for upwards. */
export function packageRoot(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) {
      throw new InternalError(`no package.json above ${start}; install the package again`);
    }
  }
}

/** Version of this package. */
export function packageVersion(): string {
  const text = readFileSync(join(packageRoot(), "package.json"), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** The demo's files, from the current folder where they lie below it. */
export function demoFolder(): string {
  const folder = join(packageRoot(), "examples", "digits");
  const short = relative(process.cwd(), folder);
  return short.startsWith("..") ? folder : short;
}
