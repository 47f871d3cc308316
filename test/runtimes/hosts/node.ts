import { bundleChild, ROOT } from "../bundle.ts";
import { runChild } from "../child-process.ts";
import type { RuntimeReport } from "../children/report.ts";
import type { RuntimeHost } from "./host.ts";

/** Options of esbuild for children that run in Node. */
export const FOR_NODE = { platform: "node", target: "node20", packages: "external" } as const;

/** Node with one of its runtimes; a process of its own, as onnxruntime-web has one number of threads a process. */
export function nodeHost(name: string, backend: "native" | "wasm", threads: number): RuntimeHost {
  return {
    name,
    isWasm: backend === "wasm",
    whyNot: () => null,
    async report(timeoutMs) {
      const child = await bundleChild("node", FOR_NODE);
      const args = [child, backend, String(threads), ROOT];
      return JSON.parse(await runChild(process.execPath, args, { cwd: ROOT, timeoutMs })) as RuntimeReport;
    },
  };
}
