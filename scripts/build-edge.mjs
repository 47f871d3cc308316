// Builds dist/edge: the edge app as a worker for workerd and Cloudflare Workers, with the .wasm files that are its modules.
import { cpSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { FROM_NODE } from "./build-browser.mjs";
import { ensureReportPage } from "./build-report.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
/** Where the worker is: worker.js and MODULES. */
export const WORKER = join(ROOT, "dist", "edge");

/** Names the worker imports → files. */
const MODULES = {
  "kernels.wasm": "build/kernels.simd.wasm",
  "ort.wasm": "node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm",
  "resize.wasm": "node_modules/@jsquash/resize/lib/resize/pkg/squoosh_resize_bg.wasm",
};

/** Builds the worker, or another one that stands on it, into a folder. The kernels must be there. */
export async function buildWorker(outdir = WORKER, entry = "hosts/edge/workerd.ts") {
  mkdirSync(outdir, { recursive: true });
  await ensureReportPage();
  await build({
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, entry)],
    outfile: join(outdir, "worker.js"),
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    conditions: ["workerd", "worker", "import"],
    mainFields: ["module", "main"],
    external: Object.keys(MODULES).map((name) => `./${name}`),
    // Its main file wants `process`; bundlers for browsers take the other one by themselves.
    alias: { ...FROM_NODE, picocolors: "picocolors/picocolors.browser.js" },
    logLevel: "warning",
  });
  for (const [name, from] of Object.entries(MODULES)) cpSync(join(ROOT, from), join(outdir, name));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await buildWorker();
