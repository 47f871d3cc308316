// Runs on Deno as it is: the sources of core-ts, onnxruntime-web and the kernels, each loaded Deno's way. Prints a RuntimeReport.
import * as ort from "onnxruntime-web/wasm";
import * as kernels from "../../../build/kernels.simd.wasm";
import { createKernels } from "../../../core-ts/kernels/create.ts";
import { createOrtBackend } from "../../../hosts/shared/ort-backend.ts";
import { reportOn } from "./report.ts";

declare const Deno: {
  readonly version: { readonly deno: string };
  readTextFile(path: URL): Promise<string>;
};

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";
const report = await reportOn(`Deno ${Deno.version.deno}`, {
  backend: createOrtBackend(ort, { name: "onnxruntime-web" }),
  kernels: createKernels({ exports: kernels }),
  readCases: (name) => Deno.readTextFile(new URL(`../../../conformance/cases/${name}.json`, import.meta.url)),
});
console.log(JSON.stringify(report));
