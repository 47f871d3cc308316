// Runs the integer ops on onnxruntime-node and prints a ValgrindReport as JSON. Runs under --jitless, which has no WebAssembly.
// Arguments: the folder of the cases, and the file of the ops' cases.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { failures, runConformance, totals } from "../../../conformance/index.ts";
import type { Backend } from "../../../core-ts/backend.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { createNodeBackend } from "../../../hosts/node/ort.ts";
import { graph, model, value } from "../../support/build-model.ts";

export interface ValgrindReport {
  readonly totals: readonly string[];
  readonly failures: readonly string[];
  /** What MatMulInteger(uint8, int8) answers where 64 · 255 · 127 is right; the AVX2 kernel saturates. */
  readonly unsignedBySigned: number;
}

const TERMS = 64;

/** The product that spec/fixed-point-ir.md forbids: unsigned on the left, signed on the right. */
const forbiddenProduct = () =>
  model(
    graph({
      inputs: [value("a", [1, TERMS], "uint8")],
      outputs: [value("y", [1, 1], "int32")],
      nodes: ["MatMulInteger a b -> y"],
      constants: { b: tensor("int8", [TERMS, 1], new Int8Array(TERMS).fill(127)) },
    }),
  );

async function probe(backend: Backend): Promise<number> {
  const session = await backend.createSession(writeModel(forbiddenProduct()));
  const a = tensor("uint8", [1, TERMS], new Uint8Array(TERMS).fill(255));
  return toNumbers((await session.run(new Map([["a", a]]))).get("y")!)[0]!;
}

const noWasm = "node --jitless has no WebAssembly";
const others = "this run is about the integer ops";
const backend = createNodeBackend({ threads: 1 });
const [folder = "", functionsFile = ""] = process.argv.slice(2);
const readCases = (name: string) =>
  readFile(name === "functions" ? functionsFile : join(folder, `${name}.json`), "utf8");
const result = await runConformance(
  { name: "Node under valgrind", backend, readCases },
  { skip: { kernels: noWasm, searches: noWasm, models: noWasm, errors: noWasm, passes: others } },
);
const report: ValgrindReport = {
  totals: totals(result),
  failures: failures(result),
  unsignedBySigned: await probe(backend),
};
process.stdout.write(JSON.stringify(report));
