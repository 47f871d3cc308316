import { ROOT } from "../bundle.ts";
import { runChild, whyNot } from "../child-process.ts";
import type { RuntimeReport } from "../children/report.ts";
import { DENO_ENV, denoBinary, OFFLINE } from "../deno.ts";
import type { RuntimeHost } from "./host.ts";

/** All that the run reads: the cases, the demo, and ONNX Runtime. The sources and the kernels are imported. */
const READS = ["conformance/cases", "examples/digits", "node_modules/onnxruntime-web"];
/** What picocolors and the defaults ask for when they are loaded. */
const VARIABLES = ["CI", "TERM"];

/** test/runtimes/children/deno.ts, unbundled. */
export function denoHost(name: string, threads: number): RuntimeHost {
  return {
    name,
    isWasm: true,
    whyNot: () => whyNot(denoBinary()),
    async report(timeoutMs) {
      const permissions = [`--allow-read=${READS.join(",")}`, `--allow-env=${VARIABLES.join(",")}`];
      const child = ["test/runtimes/children/deno.ts", String(threads)];
      const args = ["run", ...OFFLINE, ...permissions, ...child];
      const output = await runChild(denoBinary(), args, { cwd: ROOT, timeoutMs, env: DENO_ENV });
      return JSON.parse(output) as RuntimeReport;
    },
  };
}
