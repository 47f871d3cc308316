import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { type BrowserServer, chromium, type Page } from "playwright-core";
import { ensureBrowserBuilt } from "../../scripts/build-browser.mjs";
import { servePage } from "../../scripts/serve-page.mjs";
import { CHROMIUM_LAUNCH, whyNoChromium } from "../../test/support/chromium.ts";
import type { BenchHost, BenchJob, Measured } from "./host.ts";
import { watchMemory } from "./memory.ts";

/** A file of /proc; "" for a process that has ended. */
function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}

/**
 * The processes below Chromium's first one that render pages, workers included. The others (network, display, helpers) are there whether a page
 * quantizes or not, and their sum counts what they share several times.
 */
function renderers(root: number): number[] {
  const all = readdirSync("/proc").map(Number).filter(Number.isInteger);
  const parentOf = (pid: number) => Number(/^PPid:\s+(\d+)$/m.exec(procFile(pid, "status"))?.[1]);
  const isBelow = (pid: number): boolean => pid > 1 && (pid === root || isBelow(parentOf(pid)));
  return all.filter((pid) => procFile(pid, "cmdline").includes("--type=renderer") && isBelow(pid));
}

/** Quantizes in the page; from the call to the result, the worker's start and the loading of ONNX Runtime included. */
async function quantizeIn(page: Page, job: BenchJob, threads: number): Promise<Omit<Measured, "peakMb">> {
  const files = { [basename(job.model)]: job.model, [basename(job.data)]: job.data };
  await page.route("**/job/*", (route) => {
    const path = files[basename(new URL(route.request().url()).pathname)];
    return route.fulfill({ body: readFileSync(path!) });
  });
  const options = { ...job.options, "batch-size": job.batchSize, "cpu-num": threads };
  const names = Object.keys(files).map((name) => JSON.stringify(name));
  const { seconds, bytes } = (await page.evaluate(`(async () => {
    const { quantize, close } = await import("/index.js");
    close();
    const file = async (name) => new File([await (await fetch("/job/" + name)).blob()], name);
    const [model, data] = [await file(${names[0]}), await file(${names[1]})];
    const start = performance.now();
    const result = await quantize(model, { data: [data], options: ${JSON.stringify(options)} });
    return { seconds: (performance.now() - start) / 1000, bytes: [...result.model.bytes] };
  })()`)) as { seconds: number; bytes: number[] };
  return { seconds, sha256: createHash("sha256").update(Uint8Array.from(bytes)).digest("hex") };
}

async function inChromium(server: BrowserServer, job: BenchJob, threads: number): Promise<Measured> {
  const site = await servePage({ port: 0, isolated: threads > 1 });
  const browser = await chromium.connect(server.wsEndpoint());
  const memory = watchMemory(() => renderers(server.process().pid!));
  try {
    const page = await browser.newPage();
    await page.goto(site.url);
    return { ...(await quantizeIn(page, job, threads)), peakMb: memory.stop() };
  } finally {
    memory.stop();
    await browser.close();
    await site.close();
  }
}

/** Headless Chromium with the page of hosts/browser open; memory is that of its renderers. */
export function browserHost(name: string, threads: number): BenchHost {
  return {
    name,
    unavailable: () => whyNoChromium() ?? undefined,
    async run(job) {
      await ensureBrowserBuilt();
      const server = await chromium.launchServer(CHROMIUM_LAUNCH);
      try {
        return await inChromium(server, job, threads);
      } finally {
        await server.close();
      }
    },
  };
}
