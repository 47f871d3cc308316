import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Browser, Frame, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Report, ReportLayer } from "../../../core-ts/report/report.ts";
import { loadNodeReportPage } from "../../../hosts/node/report-page.ts";
import { reportHtml } from "../../../hosts/shared/report/report-html.ts";
import { startChromium, whyNoChromium } from "../../support/chromium.ts";
import { knight, Scratch } from "../../support/command.ts";
import { madeReport } from "./made-report.ts";

const DEMO = fileURLToPath(new URL("../../../examples/digits/", import.meta.url));
/** So few that layers are compared on the same samples as the ranges are found on, and what is expected is exact. */
const DATA = ["-if", "infer_files", "-d", `${DEMO}calibration.npy`, "-bs", "1", "-i", "4"];
const missing = whyNoChromium();
const scratch = new Scratch();
let browser: Browser;

async function quantize(args: readonly string[]): Promise<{ html: string; report: Report }> {
  const folder = args[args.indexOf("-s") + 1]!;
  const { code, err } = await knight(args);
  expect(code, err).toBe(0);
  const text = readFileSync(join(folder, "digits_report.json"), "utf8");
  return { html: join(folder, "digits_report.html"), report: JSON.parse(text) as Report };
}

/** The report's file as a person opens it; everything that is asked for beside it is remembered. */
async function open(html: string, options: Parameters<Browser["newContext"]>[0] = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  const requests: string[] = [];
  context.on("request", (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(html).href);
  await page.locator(".graph .node").first().waitFor();
  return { page, complaints, requests };
}

/** Selects a layer by the table, as a person does. */
async function select(page: Page, { node }: ReportLayer): Promise<void> {
  await page.getByRole("searchbox").fill(node);
  await page.locator("table.layers").getByRole("button", { name: node, exact: true }).click();
}

/** What the page expects now, when it has drawn the last change. */
async function expectedOf(page: Page): Promise<number> {
  await page.evaluate(
    "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))",
  );
  return Number.parseFloat((await page.locator(".expected strong").textContent())!);
}

/** Saves the file that a card hands out, and gives its command with the place of the file and a folder of its own. */
async function handedOut(page: Page, title: RegExp, folder: string): Promise<string[]> {
  const card = page.locator(".cart .card").filter({ has: page.getByRole("heading", { name: title }) });
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    card.getByRole("button", { name: /^Download/ }).click(),
  ]);
  const name = download.suggestedFilename();
  const file = scratch.file(name, readFileSync(await download.path()));
  const [program, ...args] = (await card.locator("code").textContent())!.split(" ");
  expect([program, args.at(-1)]).toEqual(["Knight", name]);
  args[args.length - 1] = file;
  args[args.indexOf("-s") + 1] = folder;
  return args;
}

const layerOf = ({ layers }: Report, node: string) => layers.find((layer) => layer.node === node)!;
const largest = ({ signed, bits }: ReportLayer) => 2 ** (signed ? bits - 1 : bits) - 1;

describe.skipIf(missing)(
  `the report in a browser${missing ? `: ${missing}` : ""}`,
  { timeout: 120_000 },
  () => {
    let made: { html: string; report: Report };
    /** The worst of the layers with a threshold of their own. */
    let worst: ReportLayer;
    beforeAll(async () => {
      browser = await startChromium();
      made = await quantize([
        "quant",
        "-m",
        `${DEMO}digits.onnx`,
        ...DATA,
        "-s",
        join(scratch.path, "first"),
      ]);
      const own = made.report.layers.filter(({ histogram, op }) => histogram && op !== "Input");
      worst = own.sort((a, b) => a.rank - b.rank)[0]!;
    });
    afterEach(async () => {
      for (const context of browser.contexts()) await context.close();
    });
    afterAll(async () => {
      await browser?.close();
      scratch.remove();
    });

    it("opens from a file, asks for nothing else and has nothing to complain about", async () => {
      const { page, complaints, requests } = await open(made.html);
      expect(await page.locator(".words").textContent()).toMatch(/outputs|result/);
      expect(await page.locator("table.layers tbody tr").count()).toBeGreaterThan(3);
      expect(complaints).toEqual([]);
      expect(requests.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"))).toEqual([]);
    });

    it("hands out scales with which the predicted error comes true", async () => {
      const { page } = await open(made.html);
      await select(page, worst);
      const before = await expectedOf(page);
      const slider = page.getByRole("slider");
      // Down to where clipping is by far the largest error, so that what else a layer adds does not count.
      while ((await expectedOf(page)) > before - 12) {
        const at = Number(await slider.inputValue());
        await slider.fill(String(at - 8));
      }
      const predicted = await expectedOf(page);
      const args = await handedOut(page, /-lsj/, join(scratch.path, "scales"));
      const layer = layerOf((await quantize(args)).report, worst.node);
      expect(layer.scale).toBeLessThan(worst.scale);
      // All that has piled up before is far smaller than the clipping; own errors are measured on fewer samples.
      expect(worst.total.sqnrDb! - layer.total.sqnrDb!).toBeGreaterThan(5);
      expect(Math.abs(layer.total.sqnrDb! - predicted)).toBeLessThan(1);
      expect(layer.rank).toBe(0);
    });

    it("hands out a mixed-precision file with which the predicted error comes true", async () => {
      const { page } = await open(made.html);
      await select(page, worst);
      await page.getByRole("radio", { name: "16 bit" }).check();
      const expected = await expectedOf(page);
      expect(expected).toBeGreaterThan(60);
      const args = await handedOut(page, /-mc/, join(scratch.path, "mix"));
      const { report } = await quantize(args);
      const layer = layerOf(report, worst.node);
      expect(layer.bits).toBe(16);
      const threshold = worst.histogram!.thresholds["16"].min_max;
      expect(layer.scale * largest(layer)).toBeCloseTo(threshold, 4);
      expect(layer.own!.sqnrDb!).toBeGreaterThan(worst.own!.sqnrDb! + 6);
      expect(report.verdict.bits).toBe("mixed");
    });

    it("switches thresholds, language and theme in place, and fits a phone", async () => {
      const phone = { viewport: { width: 360, height: 740 }, locale: "zh-CN", colorScheme: "dark" } as const;
      const { page, complaints } = await open(made.html, phone);
      await page.getByRole("heading", { name: "建议" }).waitFor();
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
      await page.getByLabel("语言").selectOption("en");
      await page.getByRole("heading", { name: "What to do" }).waitFor();
      await page.getByLabel("Theme").selectOption("light");
      // The page draws again in its own time.
      await expect
        .poll(() => page.evaluate("getComputedStyle(document.body).backgroundColor"), { timeout: 60_000 })
        .toBe("rgb(246, 247, 249)");
      await select(page, worst);
      const slider = page.getByRole("slider");
      await slider.fill("150");
      const labelled = page.locator(".layer-view .plot svg").first();
      await expect
        .poll(
          async () =>
            (await labelled.getAttribute("aria-label"))?.includes(
              `threshold ${await slider.getAttribute("aria-valuetext")},`,
            ),
          { timeout: 60_000 },
        )
        .toBe(true);
      await expect.poll(() => page.locator(".cart").count(), { timeout: 60_000 }).toBe(1);
      await page.getByRole("button", { name: "As it was" }).click();
      await expect.poll(() => page.locator(".cart").count(), { timeout: 60_000 }).toBe(0);
      expect(complaints).toEqual([]);
    });

    it("saves files out of a frame without an origin, and makes no element of a name", async () => {
      const report = madeReport(13);
      const evil = `<img src=x onerror="document.title='evil'"></script><script>document.title='evil'</script>`;
      const layers = report.layers.map((one) => (one.rank === 0 ? { ...one, node: evil } : one));
      const html = reportHtml(await loadNodeReportPage(), { ...report, layers, model: evil });
      const page = await browser.newPage();
      await page.setContent(
        `<iframe sandbox="allow-scripts allow-downloads" style="width: 900px; height: 700px"></iframe>`,
      );
      await page.evaluate(`document.querySelector("iframe").srcdoc = ${JSON.stringify(html)}`);
      const frame = (await (await page.waitForSelector("iframe")).contentFrame()) as Frame;
      await frame.locator(".layer-view h2").waitFor();
      expect(await frame.locator(".layer-view h2").textContent()).toContain(evil);
      expect(await frame.locator("img").count()).toBe(0);
      expect(await frame.title()).not.toBe("evil");
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        frame.getByRole("button", { name: "Download net_advice.json" }).click(),
      ]);
      expect(readFileSync(await download.path(), "utf8")).toBe("{}\n");
    });

    it("draws a network of a hundred layers from less than 5 MB", async () => {
      const report = madeReport(101);
      const html = reportHtml(await loadNodeReportPage(), report);
      expect(html.length).toBeLessThan(5_000_000);
      const file = join(scratch.path, "hundred.html");
      writeFileSync(file, html);
      const { page, complaints } = await open(file);
      expect(await page.locator(".graph .node").count()).toBe(102);
      await page.getByRole("button", { name: "Show all 101" }).click();
      expect(await page.locator("table.layers tbody tr").count()).toBe(101);
      await page.locator(".graph .node.layer").nth(50).click();
      expect(await page.locator("#layer-name").textContent()).toContain(report.layers[50]!.node);
      expect(complaints).toEqual([]);
    });
  },
);
