import type { Backend, Feeds } from "../../../core-ts/backend.ts";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import {
  type PipelineHost,
  prepare,
  type QuantOptions,
  quantizeModel,
  startCalibration,
} from "../../../core-ts/pipeline.ts";
import { toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { graph, model, node, value } from "../../support/build-model.ts";
import { normals, random } from "../../support/numbers.ts";

const INPUT = [1, 3, 12, 12];

/** A float CNN with seeded weights: two convolutions, Relu, pooling, a table, a fully connected layer. */
function smallModel(): Uint8Array {
  const next = random(17);
  const window = (size: number, stride: number, pad: number) => ({
    kernel_shape: attr.ints([size, size]),
    strides: attr.ints([stride, stride]),
    pads: attr.ints([pad, pad, pad, pad]),
  });
  const content = graph({
    inputs: [value("x", INPUT)],
    outputs: [value("y", [1, 10])],
    nodes: [
      node("Conv x w1 b1 -> c1", window(3, 1, 1)),
      "Relu c1 -> r1",
      node("MaxPool r1 -> p1", window(2, 2, 0)),
      node("Conv p1 w2 b2 -> c2", { ...window(3, 1, 1), group: attr.int(2) }),
      "Sigmoid c2 -> s2",
      "Flatten s2 -> f",
      "Gemm f w3 b3 -> y",
    ],
    constants: {
      w1: normals([8, 3, 3, 3], next, 0.2),
      b1: normals([8], next, 0.1),
      w2: normals([12, 4, 3, 3], next, 0.2),
      b2: normals([12], next, 0.1),
      w3: normals([432, 10], next, 0.05),
      b3: normals([10], next, 0.1),
    },
  });
  return writeModel(model(content));
}

/**
 * Sums of 576 terms, layer after layer: ONNX Runtime cuts them differently for two threads and for one (test/hosts/node/wasm.test.ts). With two
 * threads in calibration this model is written otherwise, which the others are not.
 */
function deepModel(): Uint8Array {
  const next = random(29);
  const window = { kernel_shape: attr.ints([3, 3]), pads: attr.ints([1, 1, 1, 1]) };
  const layers = ["x", "a", "b", "c", "d"].map((from, i) => ({ from, to: ["a", "b", "c", "d", "y"][i]! }));
  const content = graph({
    inputs: [value("x", INPUT)],
    outputs: [value("y", [1, 64, 12, 12])],
    nodes: layers.flatMap(({ from, to }) => [
      node(`Conv ${from} ${to}_w -> ${to}_raw`, window),
      `Relu ${to}_raw -> ${to}`,
    ]),
    constants: Object.fromEntries(
      layers.map(({ from, to }) => [`${to}_w`, normals([64, from === "x" ? 3 : 64, 3, 3], next, 0.06)]),
    ),
  });
  return writeModel(model(content));
}

/** What is quantized: 8 bit with a search that takes logarithms, 16 bit with interpolated tables. */
const RUNS = {
  "8 bit, kl": { of: smallModel, bits: 8, mode: "kl" },
  "8 bit, kl_v2": { of: smallModel, bits: 8, mode: "kl_v2" },
  "16 bit, mse": { of: smallModel, bits: 16, mode: "mse" },
  "8 bit, min_max, long sums": { of: deepModel, bits: 8, mode: "min_max" },
} as const satisfies Readonly<Record<string, Pick<QuantOptions, "bits" | "mode"> & { of(): Uint8Array }>>;

const COMMON = { chip: "TX5368AV200", percent: 0.9999, irBatch: 1, lutLen: 10, outputDequant: false };

/** Six seeded batches. */
function batches(): Feeds[] {
  const next = random(23);
  return Array.from({ length: 6 }, () => new Map([["x", normals(INPUT, next)]]));
}

/** The written models, by what was asked for. */
export async function quantizeSmallModels(
  parts: Pick<PipelineHost, "backend" | "kernels">,
): Promise<Map<string, Uint8Array>> {
  const host: PipelineHost = { ...parts, log: () => undefined, toolVersion: "test" };
  const written = new Map<string, Uint8Array>();
  for (const [name, { of, ...asked }] of Object.entries(RUNS)) {
    const prepared = await prepare(of(), { ...COMMON, ...asked }, host);
    const calibration = await startCalibration(prepared, host);
    for (const feeds of batches()) await calibration.forward(feeds);
    written.set(name, quantizeModel(prepared, calibration.ranges(), host).bytes);
    await calibration.stop();
  }
  return written;
}

/** What a written model answers to the batches: integers, held in float32. */
export async function answersOf(bytes: Uint8Array, backend: Backend): Promise<number[]> {
  const session = await backend.createSession(bytes);
  const answers: number[] = [];
  for (const feeds of batches()) {
    for (const output of (await session.run(feeds)).values()) answers.push(...toNumbers(output));
  }
  await session.release();
  return answers;
}
