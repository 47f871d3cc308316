import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./bundle.ts";
import { runChild } from "./child-process.ts";
import type { RuntimeReport } from "./children/report.ts";

/** The binary that npm's package `deno` brings along: started directly, as a kill must reach Deno, not its launcher. */
export function denoBinary(): string {
  const platforms = join(ROOT, "node_modules", "@deno");
  const names = existsSync(platforms) ? readdirSync(platforms) : [];
  const binaries = names.flatMap((name) => ["deno", "deno.exe"].map((file) => join(platforms, name, file)));
  return binaries.find((path) => existsSync(path)) ?? "deno";
}

/** All that the run reads: the cases, and ONNX Runtime's own .wasm. The sources and the kernels are imported. */
const READS = ["conformance/cases", "node_modules/onnxruntime-web/dist"];
/** What npm installed is used as it is: nothing is fetched, asked or written down. */
export const OFFLINE = ["--no-remote", "--no-lock", "--no-prompt", "--node-modules-dir=manual"];

/** Deno's cache of compiled sources stays out of the user's home. */
export const DENO_ENV = { DENO_DIR: join(ROOT, "build", "runtimes", "deno"), DENO_NO_UPDATE_CHECK: "1" };

/** Runs test/runtimes/children/deno.ts, unbundled. */
export async function denoReport(timeoutMs: number): Promise<RuntimeReport> {
  const permissions = `--allow-read=${READS.join(",")}`;
  const args = ["run", ...OFFLINE, permissions, "test/runtimes/children/deno.ts"];
  return JSON.parse(
    await runChild(denoBinary(), args, { cwd: ROOT, timeoutMs, env: DENO_ENV }),
  ) as RuntimeReport;
}
