// Runs on Deno as it is: the sources of core-ts and of the Deno host. Argument: threads. Prints a RuntimeReport.
import { denoPorts } from "../../../hosts/deno/ports.ts";
import { DEMO_FILES, demoDigest } from "./demo-job.ts";
import { onAllThreads, reportOn } from "./report.ts";

declare const Deno: {
  readonly version: { readonly deno: string };
  readTextFile(path: URL): Promise<string>;
  readFile(path: URL): Promise<Uint8Array>;
  readonly args: readonly string[];
  exit(code: number): never;
};

const ports = denoPorts(new AbortController().signal);
const backend = await ports.createBackend(Number(Deno.args[0] ?? 1), "wasm", () => undefined);
const report = await reportOn(`Deno ${Deno.version.deno}`, {
  backend,
  suite: onAllThreads(backend),
  kernels: await ports.loadKernels(() => undefined),
  readCases: (name) => Deno.readTextFile(new URL(`../../../conformance/cases/${name}.json`, import.meta.url)),
});
const demo = (name: string) => Deno.readFile(new URL(`../../../examples/digits/${name}`, import.meta.url));
const files = { model: await demo(DEMO_FILES.model), data: await demo(DEMO_FILES.data) };
const digest = await demoDigest({ ...ports, createBackend: async () => backend }, files);
console.log(JSON.stringify({ ...report, demo: digest }));
// The threads of onnxruntime-web would keep the process alive.
Deno.exit(0);
