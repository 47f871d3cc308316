import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CASE_FILES } from "../../../conformance/index.ts";
import { readCases } from "../../conformance/hosts.ts";
import { ROOT } from "../bundle.ts";
import { CONFORMANCE_PATH } from "../children/conformance-route.ts";
import { DEMO_FILES, DEMO_OPTIONS } from "../children/demo-job.ts";
import type { RuntimeReport } from "../children/report.ts";

/** Sends a POST request to the edge app. */
export type Post = (path: string, request: Request) => Promise<Response>;

async function answered(
  post: Post,
  path: string,
  body: string | FormData,
  signal: AbortSignal,
): Promise<Response> {
  const response = await post(path, new Request(`http://localhost${path}`, { method: "POST", body, signal }));
  if (response.status !== 200)
    throw new Error(`${path} answers ${response.status}: ${await response.text()}`);
  return response;
}

/** The demo through the app's own route. */
async function demoDigest(post: Post, signal: AbortSignal): Promise<string> {
  const form = new FormData();
  for (const [field, name] of Object.entries(DEMO_FILES))
    form.append(field, new Blob([await readFile(join(ROOT, "examples", "digits", name))]), name);
  form.append("options", JSON.stringify(DEMO_OPTIONS));
  const response = await answered(post, "/v1/quantize", form, signal);
  return createHash("sha256")
    .update(new Uint8Array(await response.arrayBuffer()))
    .digest("hex");
}

/** Asks an edge app of test/runtimes/children for its report, and quantizes the demo as a client does. */
export async function edgeReport(post: Post, timeoutMs: number): Promise<RuntimeReport> {
  const signal = AbortSignal.timeout(timeoutMs);
  const texts = await Promise.all(CASE_FILES.map(async (name) => [name, await readCases(name)] as const));
  const body = JSON.stringify(Object.fromEntries(texts));
  const response = await answered(post, CONFORMANCE_PATH, body, signal);
  const report = (await response.json()) as Omit<RuntimeReport, "demo">;
  return { ...report, demo: await demoDigest(post, signal) };
}
