import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BuildOptions } from "esbuild";
import { Miniflare } from "miniflare";
import { beforeAll, describe, expect, it } from "vitest";
import { startChromium, whyNoChromium } from "../support/chromium.ts";
import { bundleChild, ROOT } from "./bundle.ts";
import { runChild, whyNot } from "./child-process.ts";
import { PICTURES, pictureReport, RESIZE } from "./children/pictures.ts";
import { DENO_ENV, denoBinary, OFFLINE } from "./deno.ts";

const LIMIT_MS = 60_000;
const WORKERD = join(ROOT, "node_modules", "workerd", "bin", "workerd");

const [archive, wasm] = await Promise.all([PICTURES, RESIZE].map((file) => readFile(join(ROOT, file))));
const BUNDLED: BuildOptions = { platform: "neutral", mainFields: ["module", "main"], target: "es2022" };

async function inDeno(): Promise<string> {
  const args = [
    "run",
    ...OFFLINE,
    `--allow-read=${PICTURES},${RESIZE}`,
    "test/runtimes/children/pictures-deno.ts",
  ];
  return runChild(denoBinary(), args, { cwd: ROOT, timeoutMs: LIMIT_MS, env: DENO_ENV });
}

async function inChromium(): Promise<string> {
  const script = await bundleChild("pictures-chromium", { ...BUNDLED, platform: "browser", format: "iife" });
  const browser = await startChromium(LIMIT_MS);
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ path: script });
    const [first, second] = [archive, wasm].map((bytes) => JSON.stringify(bytes!.toString("base64")));
    return (await page.evaluate(`window.pictures(${first}, ${second})`)) as string;
  } finally {
    await browser.close();
  }
}

async function inWorkerd(): Promise<string> {
  const script = await bundleChild("pictures-workerd", { ...BUNDLED, external: ["./resize.wasm"] });
  const worker = new Miniflare({
    modules: [
      { type: "ESModule", path: "worker.js", contents: await readFile(script, "utf8") },
      { type: "CompiledWasm", path: "resize.wasm", contents: wasm! },
    ],
    compatibilityDate: "2026-01-01",
  });
  try {
    const origin = await worker.ready;
    const answer = await fetch(origin, { method: "POST", body: new Uint8Array(archive!) });
    return await answer.text();
  } finally {
    await worker.dispose();
  }
}

const OTHERS = [
  { name: "Deno", whyNot: () => whyNot(denoBinary()), report: inDeno },
  { name: "Chromium", whyNot: whyNoChromium, report: inChromium },
  { name: "workerd", whyNot: () => whyNot(process.execPath, [WORKERD, "--version"]), report: inWorkerd },
];

let first: Record<string, string>;
beforeAll(async () => {
  first = JSON.parse(await pictureReport(archive!, wasm!)) as Record<string, string>;
});

describe("pictures, decoded and resized", () => {
  it("differ from each other in Node", () => {
    // Some of them hold the same pixels: the turned ones, and those without loss.
    expect(Object.keys(first).length).toBeGreaterThan(30);
    expect(new Set(Object.values(first)).size).toBeGreaterThan(15);
  });

  describe.each(OTHERS)("$name", ({ whyNot, report }) => {
    it("gives the same bytes", { timeout: LIMIT_MS }, async ({ skip }) => {
      const reason = whyNot();
      if (reason !== null) skip(reason);
      expect(JSON.parse(await report())).toEqual(first);
    });
  });
});
