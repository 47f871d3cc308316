// Runs in Node 20, bundled. Arguments: native or wasm, threads, the project's folder. Prints a RuntimeReport.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadNodeKernels } from "../../../hosts/node/kernels.ts";
import { nodePorts } from "../../../hosts/node/ports.ts";
import { DEMO_FILES, demoDigest } from "./demo-job.ts";
import { onAllThreads, reportOn } from "./report.ts";

const [choice = "wasm", threads = "1", root = "."] = process.argv.slice(2);
const ports = nodePorts(new AbortController().signal);
const backend = await ports.createBackend(Number(threads), choice as "native" | "wasm", () => undefined);
const kernels = await loadNodeKernels();
const report = await reportOn(`Node ${process.versions.node}`, {
  backend,
  suite: onAllThreads(backend),
  kernels,
  readCases: (name) => readFile(join(root, "conformance", "cases", `${name}.json`), "utf8"),
});
const demo = (name: string) => readFile(join(root, "examples", "digits", name));
const files = { model: await demo(DEMO_FILES.model), data: await demo(DEMO_FILES.data) };
const digest = await demoDigest({ ...ports, createBackend: async () => backend }, files);
// The threads of onnxruntime-web would keep the process alive.
process.stdout.write(JSON.stringify({ ...report, demo: digest }), () => process.exit(0));
