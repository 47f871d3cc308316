// Bundles a TypeScript program, so that Node 20 can run it, and runs it: `npm run bench -- accuracy ...`.
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, runNode, SetupError } from "./setup.mjs";

/** A source that looks for files beside itself must find them although it runs from the bundle. */
const KEEP_OWN_URL = {
  name: "keep-own-url",
  setup(build) {
    build.onLoad({ filter: /\.m?ts$|\.mjs$/ }, ({ path }) => {
      const url = JSON.stringify(pathToFileURL(path).href);
      return { contents: readFileSync(path, "utf8").replaceAll("import.meta.url", url), loader: "ts" };
    });
  },
};

/** Runs a TypeScript file of the project with the arguments; returns its exit code. Packages stay outside the bundle. */
export async function runSource(entry, args) {
  const { build } = await import("esbuild");
  const outfile = join(ROOT, "build", "bench", `${basename(entry, ".ts")}.mjs`);
  await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: true,
    plugins: [KEEP_OWN_URL],
    outfile,
  });
  return runNode(outfile, args);
}

/** Runs bench/NAME.ts with the rest of the arguments; returns its exit code. */
export async function runBench([name = "run", ...args]) {
  const entry = `bench/${name}.ts`;
  if (!existsSync(join(ROOT, entry))) {
    throw new SetupError(
      `There is no ${entry}: the first argument names a program of bench/, for instance "accuracy".`,
    );
  }
  return runSource(entry, args);
}
