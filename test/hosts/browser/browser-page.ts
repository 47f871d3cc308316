import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page, Request } from "playwright-core";
import { BROWSER, ensureBrowserBuilt } from "../../../scripts/build-browser.mjs";
import { type PageServer, servePage } from "../../../scripts/serve-page.mjs";
import { startChromium } from "../../support/chromium.ts";

/** How the files are served: with threads, without, or without any header, as hosts of static files do. */
export const WAYS = {
  isolated: {},
  "not isolated": { isolated: false },
  "without headers": { bare: true },
} as const;
export type Way = keyof typeof WAYS;

export interface Visit {
  readonly page: Page;
  readonly url: string;
  /** Errors and warnings of the console, and exceptions nobody caught. */
  readonly complaints: readonly string[];
  readonly requests: readonly Request[];
}

type VisitOptions = Parameters<Browser["newContext"]>[0] & { readonly script?: string };

export const EMPTY = "empty.html";

/** A wait for what comes is long, since other tests and other people's work take the cores; what never comes still fails. */
const WAIT_MS = 120_000;
export const SOON = { timeout: WAIT_MS, interval: 50 };
/** For a whole test: a few such waits. */
export const PATIENCE = { timeout: 300_000 };

function emptyPage(way: Way) {
  const isolation = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  };
  return {
    contentType: "text/html",
    body: '<!doctype html><title>empty</title><link rel="icon" href="/icon.svg">',
    headers: way === "isolated" ? isolation : {},
  };
}

/** Chromium, and a server of dist/browser for each way. */
export class Site {
  #servers = new Map<Way, PageServer>();
  #browser: Browser | undefined;
  #root: string | undefined;
  readonly #contexts: BrowserContext[] = [];

  async open(): Promise<void> {
    await ensureBrowserBuilt();
    // A copy: whoever builds while tests run does not take the files away from under them.
    const root = mkdtempSync(join(tmpdir(), "knight-browser-"));
    this.#root = root;
    cpSync(BROWSER, root, { recursive: true });
    this.#browser = await startChromium();
    for (const way of Object.keys(WAYS) as Way[])
      this.#servers.set(way, await servePage({ port: 0, root, ...WAYS[way] }));
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    for (const server of this.#servers.values()) await server.close();
    if (this.#root) rmSync(this.#root, { recursive: true, force: true });
  }

  /** Ends all visits: their pages would draw on, and their workers keep their memory. */
  async leave(): Promise<void> {
    for (const context of this.#contexts.splice(0)) await context.close();
  }

  /** A fresh profile at `path`; EMPTY is a page without content, for programs that use the module. `script` runs before the page's own. */
  async visit(way: Way, path = "", { script, ...options }: VisitOptions = {}): Promise<Visit> {
    const context = await this.#browser!.newContext(options);
    if (script) await context.addInitScript(script);
    context.setDefaultTimeout(WAIT_MS);
    this.#contexts.push(context);
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: Request[] = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    // Requests of workers are the context's, not the page's.
    context.on("request", (request) => requests.push(request));
    await context.route(`**/${EMPTY}`, (route) => route.fulfill(emptyPage(way)));
    const { url } = this.#servers.get(way)!;
    await page.goto(`${url}${path}`);
    return { page, url, complaints, requests };
  }
}
