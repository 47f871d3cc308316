import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { whyNoChromium } from "../../support/chromium.ts";
import { PATIENCE, Site, SOON, WAYS, type Way } from "./browser-page.ts";

const DEMO = new URL("../../../examples/digits/", import.meta.url);
const missing = whyNoChromium();
const site = new Site();
const PHONE = { width: 375, height: 700 };

async function demoFile(name: string) {
  return { name, mimeType: "application/octet-stream", buffer: await readFile(new URL(name, DEMO)) };
}

const modelInput = (page: Page) => page.locator("input[type=file]").nth(0);
const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });

/** Presses Tab until the element of this name has the focus; every element on the way shows it. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    const [found, outline] = (await page.evaluate(`(() => {
      const at = document.activeElement;
      const shown = at.type === "file" ? at.parentElement : at;
      const label = at.getAttribute("aria-label") ?? at.labels?.[0]?.textContent ?? at.textContent;
      return [label.trim(), getComputedStyle(shown).outlineStyle];
    })()`)) as [string, string];
    if (found !== "" && presses < 40) expect(outline, `the focus on "${found}" is seen`).not.toBe("none");
    if (found === name) return;
  }
  throw new Error(`Tab never came to "${name}"`);
}

describe.skipIf(missing)(`the page${missing ? `: ${missing}` : ""}`, PATIENCE, () => {
  beforeAll(() => site.open());
  afterEach(() => site.leave());
  afterAll(() => site.close());

  it.each(Object.keys(WAYS) as Way[])("quantizes the demo, %s, and complains of nothing", async (way) => {
    const { page, complaints } = await site.visit(way);
    await button(page, "Try the demo").click();
    await page.locator(".verdict.good").waitFor();
    const cores = way === "isolated" ? ((await page.evaluate("navigator.hardwareConcurrency")) as number) : 1;
    const threads = cores <= 2 ? "1 thread" : `${cores <= 4 ? 2 : cores <= 6 ? 3 : 4} threads`;
    expect(await page.locator(".run .buttons").textContent()).toMatch(new RegExp(`Stop${threads}$`));
    expect(await page.locator("tbody th").allInnerTexts()).toContain("stem_conv");
    expect(complaints).toEqual([]);
  });

  it("is used with the keyboard alone", async () => {
    const { page, complaints } = await site.visit("isolated");
    await page.locator("#option-bit-width").waitFor();
    await tabTo(page, "Try the demo");
    await page.keyboard.press("Enter");
    await page.locator(".verdict").waitFor();
    await tabTo(page, "Compare on the first calibration sample");
    await page.keyboard.press("Enter");
    await page.locator("caption").waitFor();
    expect(await page.locator("caption").textContent()).toMatch(/^Output logits, cosine (0\.99\d+|1\.0+)$/);
    await page.locator("h1").click();
    await tabTo(page, "Bits");
    await page.keyboard.type("16");
    await tabTo(page, "Quantize");
    await page.keyboard.press("Enter");
    await page.locator(".facts", { hasText: "16 bit, min_max" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("keeps drawing while it works, tells the progress, and stops when asked", async () => {
    const { page, complaints } = await site.visit("not isolated");
    await modelInput(page).setInputFiles(await demoFile("digits.onnx"));
    await page.getByText("the batch size is open").waitFor();
    await page.getByText("More settings").click();
    // Of several numbers none is stopped early, when the ranges have settled.
    await page.locator("#option-iteration").fill("999999 1000000");
    await page.evaluate(
      `(() => { window.frames_ = 0; const tick = () => { window.frames_++; requestAnimationFrame(tick); }; tick(); })()`,
    );
    await button(page, "Quantize").click();
    await page.getByText(/^Calibration: \d+ of 1000000, about /).waitFor();
    const before = (await page.evaluate("window.frames_")) as number;
    // Not page.waitForFunction: it evaluates in the page, whose policy forbids that.
    const drawn = async () => expect(await page.evaluate("window.frames_")).toBeGreaterThan(before + 3);
    await vi.waitFor(drawn, SOON);
    await page.getByText(/^Calibration: \d{3,} of 1000000, about /).waitFor();
    expect(await page.locator("[aria-live]").first().textContent()).toBe("Calibration");
    await button(page, "Stop").click();
    await page.getByText("Stopped.").waitFor();
    expect(await button(page, "Quantize").isEnabled()).toBe(true);
    expect(complaints).toEqual([]);
  });

  it("says what is wrong in the command's own sentence", async () => {
    const { page } = await site.visit("not isolated");
    await modelInput(page).setInputFiles({ name: "x.onnx", mimeType: "", buffer: Buffer.from("no model") });
    await page.locator(".findings .error").waitFor();
    await modelInput(page).setInputFiles(await demoFile("digits.onnx"));
    await page.locator("#option-chip").fill("TX5105C");
    await page.locator("#option-bit-width").selectOption("16");
    await button(page, "Quantize").click();
    await page.locator(".outcome > .problem").waitFor();
    expect(await page.locator(".outcome > .problem").textContent()).toContain("has no 16-bit arithmetic");
  });

  it("has controls for every option there is", async () => {
    const { page } = await site.visit("not isolated");
    await page.locator("#option-chip").waitFor();
    const longs = (await page.evaluate(
      `import("/index.js").then(async ({ options }) => (await options()).map(({ long }) => long))`,
    )) as string[];
    const shown = (await page.evaluate(
      `[...document.querySelectorAll("[id^=option-]")].map(({ id }) => id.slice(7)).filter((id) => !/-(label|list)$/.test(id))`,
    )) as string[];
    expect(shown.sort()).toEqual(longs.sort());
  });

  it("hands out model, scales and everything", async () => {
    const { page } = await site.visit("not isolated");
    await button(page, "Try the demo").click();
    await page.locator(".verdict").waitFor();
    const names: string[] = [];
    for (const name of [/Model/, /Scales/, /Everything/]) {
      const [download] = await Promise.all([page.waitForEvent("download"), button(page, name).click()]);
      names.push(download.suggestedFilename());
      expect((await readFile(await download.path())).length).toBeGreaterThan(500);
    }
    expect(names).toEqual(["digits_quantize.onnx", "digits_scale.json", "digits_quantize.zip"]);
  });

  it("speaks the browser's language, and the one that is chosen from then on", async () => {
    const { page, complaints } = await site.visit("not isolated", "", { locale: "zh-CN" });
    await button(page, "试用示例").click();
    await page.getByText("与浮点模型非常接近").waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("zh-CN");
    await page.getByLabel("语言").selectOption("en");
    await page.getByText("Very close to the float model").waitFor();
    await page.reload();
    await button(page, "Try the demo").waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    expect(complaints).toEqual([]);
  });

  it("is light or dark as the system is, or as chosen", async () => {
    const { page } = await site.visit("not isolated", "", { colorScheme: "dark" });
    const background = () => page.evaluate(`getComputedStyle(document.body).backgroundColor`);
    const dark = await background();
    await page.getByLabel("Theme").selectOption("light");
    await expect.poll(background, SOON).not.toBe(dark);
    const light = await background();
    await page.emulateMedia({ colorScheme: "light" });
    expect(await background()).toBe(light);
    await page.getByLabel("Theme").selectOption("auto");
    expect(await background()).toBe(light);
  });

  it("fits a phone", async () => {
    const { page } = await site.visit("not isolated", "", { viewport: PHONE });
    await button(page, "Try the demo").click();
    await page.locator(".verdict").waitFor();
    await page.getByText("More settings").click();
    await button(page, /Compare on/).click();
    await page.locator("caption").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(PHONE.width);
  });
});
