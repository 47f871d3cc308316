// Serves dist/browser on this machine, with the headers that give it threads: npm run page [-- PORT]
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";

const BROWSER = join(dirname(fileURLToPath(import.meta.url)), "..", "dist", "browser");
const PORT = 5173;

/**
 * What the page may load: its own files, and nothing from anywhere else. blob: is for what the page makes itself: its worker
 * (which so inherits this policy where the host sends no headers), pictures and downloads.
 * @param where "header", or "meta", where browsers ignore frame-ancestors.
 */
export function contentSecurityPolicy(where) {
  const rules = [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return [...rules, ...(where === "header" ? ["frame-ancestors 'none'"] : [])].join("; ");
}

/** Without these the page works as well, on one thread. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** It brings a policy of its own, in the file: reports have styles and scripts inside. */
const REPORT_FRAME = "/report-frame.html";

function headers(path, isolated) {
  return {
    ...(path === REPORT_FRAME ? {} : { "Content-Security-Policy": contentSecurityPolicy("header") }),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
    ...(isolated ? ISOLATION : {}),
  };
}

/**
 * Starts the server. `port` 0 takes a free one; `bare` sends no headers at all, as hosts of static files do.
 * Answers with the address and a function that stops it.
 */
export function servePage({ port = PORT, isolated = true, bare = false, root = BROWSER } = {}) {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    if (bare) return;
    for (const [name, value] of Object.entries(headers(c.req.path, isolated))) c.header(name, value);
  });
  app.use(serveStatic({ root }));
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, ({ port: taken }) =>
      resolve({
        url: `http://127.0.0.1:${taken}/`,
        closed: new Promise((done) => server.on("close", done)),
        close: () => new Promise((done) => server.close(done)),
      }),
    );
    server.on("error", reject);
  });
}

/** `npm run page`: serves until Ctrl-C. */
export async function runPage([port = PORT]) {
  const { url, closed } = await servePage({ port: Number(port) });
  process.stdout.write(`Knight Quant is at ${url} (Ctrl-C stops it)\n`);
  await closed;
  return 0;
}
