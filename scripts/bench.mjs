// Bundles one program of bench/, so that Node 20 can run it, and runs it: `npm run bench -- accuracy ...`.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT, runNode, SetupError } from "./setup.mjs";

/** Runs bench/NAME.ts with the rest of the arguments; returns its exit code. Packages stay outside the bundle. */
export async function runBench([name = "run", ...args]) {
  const entry = `bench/${name}.ts`;
  if (!existsSync(join(ROOT, entry))) {
    throw new SetupError(
      `There is no ${entry}: the first argument names a program of bench/, for instance "accuracy".`,
    );
  }
  const { build } = await import("esbuild");
  const outfile = join(ROOT, "build", "bench", `${name}.mjs`);
  await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: true,
    outfile,
  });
  return runNode(outfile, args);
}
