// Builds dist/browser: the module (index.js, worker.js and what they load) and the page that stands on it. Does nothing
// when nothing they are made from has changed.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureReportPage } from "./build-report.mjs";
import { fingerprint } from "./fingerprint.mjs";
import { contentSecurityPolicy } from "./serve-page.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const PAGE = join(ROOT, "hosts", "browser", "page");
const MODULE = join(ROOT, "hosts", "browser", "index.ts");
const ABSENT = join(ROOT, "hosts", "browser", "absent.ts");
/** Where the module and the page are. */
export const BROWSER = join(ROOT, "dist", "browser");
const STAMP = ".fingerprint";

const SOURCES = [
  "core-ts",
  "hosts/shared",
  "hosts/browser",
  "hosts/report",
  "core-as",
  "examples/digits/digits.onnx",
  "examples/digits/calibration.npy",
  "scripts/build-browser.mjs",
  "scripts/build-report.mjs",
  "scripts/serve-page.mjs",
  "package.json",
  "package-lock.json",
];

/**
 * Files that are served as they are: [from, to]. ONNX Runtime's threads load its .mjs again, which hangs when it is bundled
 * (spec/feasibility.md), and the worker loads it twice.
 */
const SERVED = [
  ["build/kernels.simd.wasm", "kernels.simd.wasm"],
  ["build/report-page.json", "report-page.json"],
  ...["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"].map((name) => [
    `node_modules/onnxruntime-web/dist/${name}`,
    `ort/${name}`,
  ]),
  // Under its own name: the library's code names it.
  ["node_modules/@jsquash/resize/lib/resize/pkg/squoosh_resize_bg.wasm", "squoosh_resize_bg.wasm"],
  ["examples/digits/digits.onnx", "demo/digits.onnx"],
  ["examples/digits/calibration.npy", "demo/calibration.npy"],
];

/** What packages for command lines import from Node. Jobs never call it; only commander's base class must be there. */
export const FROM_NODE = {
  "node:events": "eventemitter3",
  "node:child_process": ABSENT,
  "node:fs": ABSENT,
  "node:path": ABSENT,
  "node:process": ABSENT,
  "@colors/colors/safe": ABSENT,
};

/** The module. esbuild leaves `new URL("./x", import.meta.url)` as it is, which is what bundlers of pages look for. */
async function buildModule(outdir) {
  const { build } = await import("esbuild");
  await build({
    absWorkingDir: ROOT,
    entryPoints: [MODULE, join(ROOT, "hosts", "browser", "worker.ts")],
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    // Errors go by the names of their classes.
    keepNames: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    chunkNames: "chunks/[name]-[hash]",
    alias: FROM_NODE,
    logLevel: "warning",
  });
}

/** Hosts that send no headers still have the policy in the page. */
const POLICY = {
  name: "content-security-policy",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy("meta") },
      injectTo: "head-prepend",
    },
  ],
};

/** The page; the module stays the module's own file. */
async function buildPage(outDir) {
  const { build } = await import("vite");
  // vitest has set it to "test", which would make a page for developers.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = "production";
  await build({
    configFile: false,
    logLevel: "warn",
    root: PAGE,
    base: "./",
    plugins: [POLICY],
    esbuild: { jsx: "automatic", jsxImportSource: "preact" },
    build: {
      outDir,
      emptyOutDir: false,
      target: "es2022",
      modulePreload: false,
      assetsDir: "page",
      assetsInlineLimit: 0,
      rollupOptions: { external: [MODULE], output: { paths: { [MODULE]: "./index.js" } } },
    },
  });
  if (NODE_ENV === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = NODE_ENV;
}

/** Types of the module, in folders of their own: they reach into core-ts and hosts/shared. */
function buildTypes(outDir) {
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const args = [tsc, "-p", "hosts/browser/tsconfig.types.json", "--outDir", join(outDir, "types")];
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: "inherit" });
  if (status !== 0)
    throw new Error("The types of the browser module could not be built: see the messages above.");
}

function isCurrent(state) {
  const stamp = join(BROWSER, STAMP);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === state;
}

/** Builds dist/browser if it is out of date. The kernels and the protobuf code must be there. */
export async function ensureBrowserBuilt() {
  const state = fingerprint(ROOT, SOURCES);
  if (isCurrent(state)) return;
  process.stderr.write("Building dist/browser ...\n");
  await ensureReportPage();
  // Beside its place: whoever reads never sees half of it, and two builds at once do not meet.
  const draft = join(ROOT, "build", `browser.${process.pid}`);
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  await buildModule(draft);
  await buildPage(draft);
  for (const [from, to] of SERVED) cpSync(join(ROOT, from), join(draft, to));
  buildTypes(draft);
  writeFileSync(join(draft, STAMP), state);
  if (!isCurrent(state)) {
    rmSync(BROWSER, { recursive: true, force: true });
    mkdirSync(dirname(BROWSER), { recursive: true });
    renameSync(draft, BROWSER);
  }
  rmSync(draft, { recursive: true, force: true });
}
