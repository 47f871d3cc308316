// Builds build/report-page.json: the page that shows a report, {before, after} the place of its data. One file without a
// single address in it, whose policy lets nothing run but its own script. Does nothing when nothing it is made from changed.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fingerprint } from "./fingerprint.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
/** Where the page is. */
export const REPORT_PAGE = join(ROOT, "build", "report-page.json");
const STAMP = `${REPORT_PAGE}.fingerprint`;

const SOURCES = [
  "hosts/report",
  "hosts/shared/quant/figures.ts",
  "scripts/build-report.mjs",
  "package-lock.json",
];

async function bundle() {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: { report: join(ROOT, "hosts", "report", "main.tsx") },
    outdir: ROOT,
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    // The page says that it is UTF-8.
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
  });
  const text = (kind) => outputFiles.find(({ path }) => path.endsWith(kind)).text.trim();
  return { script: text(".js"), style: text(".css") };
}

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

function pageOf({ script, style }) {
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const before = `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>Report</title>
<style>${style}</style>
</head>
<body>
<div id="page"><noscript>This report draws itself with JavaScript, which is switched off here. The same numbers are in the .json file beside it.</noscript></div>
<script type="application/json" id="report">`;
  return { before, after: `</script>\n<script>${script}</script>\n</body>\n</html>\n` };
}

/** Test workers may build at the same time: whoever reads must never see half a file. */
function writeWhole(path, text) {
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, text);
  renameSync(partial, path);
}

/** Builds the page if it is out of date. */
export async function ensureReportPage() {
  const state = fingerprint(ROOT, SOURCES);
  if (existsSync(REPORT_PAGE) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === state) return;
  mkdirSync(dirname(REPORT_PAGE), { recursive: true });
  writeWhole(REPORT_PAGE, JSON.stringify(pageOf(await bundle())));
  writeWhole(STAMP, state);
  process.stderr.write("the report's page built\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await ensureReportPage();
