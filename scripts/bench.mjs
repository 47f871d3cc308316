// Bundles bench/run.ts, so that Node 20 can run it, and runs it.
import { join } from "node:path";
import { ROOT, runNode } from "./setup.mjs";

/** Runs the benchmarks with `args`; returns the exit code. Packages stay outside the bundle, native ones among them. */
export async function runBench(args) {
  const { build } = await import("esbuild");
  const outfile = join(ROOT, "build", "bench", "run.mjs");
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["bench/run.ts"],
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
