import { render } from "preact";
import { configure } from "../index.ts";
import { App } from "./app.tsx";

/**
 * A worker from a blob: URL has the page's Content-Security-Policy; one from a file has that of the file's headers, which
 * hosts of static files do not send.
 */
function startWorker(): Worker {
  const script = new Blob([`import ${JSON.stringify(new URL("worker.js", document.baseURI).href)};`], {
    type: "text/javascript",
  });
  const url = URL.createObjectURL(script);
  const worker = new Worker(url, { type: "module" });
  worker.addEventListener("message", () => URL.revokeObjectURL(url), { once: true });
  return worker;
}

configure({ startWorker });
render(<App />, document.getElementById("page")!);
