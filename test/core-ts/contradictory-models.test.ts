import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { KnightError } from "../../core-ts/errors.ts";
import type { Attribute, Model, Node } from "../../core-ts/graph/graph.ts";
import { readModel } from "../../core-ts/onnx/read.ts";
import { writeModel } from "../../core-ts/onnx/write.ts";
import { OPS } from "../../core-ts/ops/index.ts";
import {
  type PipelineHost,
  prepare,
  type QuantOptions,
  quantizeModel,
  startCalibration,
} from "../../core-ts/pipeline.ts";
import { elementCount, tensor } from "../../core-ts/tensor/tensor.ts";
import { Random } from "../reference/random.ts";
import { testHost } from "../support/one-op.ts";

const REAL = new Uint8Array(
  readFileSync(fileURLToPath(new URL("../../examples/digits/digits.onnx", import.meta.url))),
);
const NUMBERS = [-1, 0, 1, 2, 7, 100, -100, 2 ** 31, 2 ** 63, -(2 ** 63)];
const OP_TYPES = [...Object.keys(OPS), "If", "Constant", "LSTM", "NoSuchOp"];

function changedAttribute(attribute: Attribute, random: Random): Attribute {
  if (attribute.kind === "int") return { kind: "int", value: random.pick(NUMBERS) };
  if (attribute.kind !== "ints") return { kind: "int", value: 0 };
  const value = attribute.value.map((v) => (random.chance(0.5) ? random.pick(NUMBERS) : v));
  return { kind: "ints", value: value.slice(0, random.int(0, 4)) };
}

/** Ways to make a file that is sound as a file and wrong as a model. */
const CHANGES: Readonly<Record<string, (model: Model, node: Node, random: Random) => void>> = {
  op: (_, node, random) => {
    node.op = random.pick(OP_TYPES);
  },
  input: ({ graph }, node, random) => {
    const names = [...graph.initializers.keys(), ...graph.nodes.flatMap(({ outputs }) => outputs), "", "x"];
    node.inputs[random.int(0, node.inputs.length)] = random.pick(names);
  },
  "fewer inputs": (_, node) => {
    node.inputs.pop();
  },
  outputs: (_, node, random) => {
    node.outputs = random.chance(0.5) ? [] : [...node.outputs, `${node.name}/more`];
  },
  attribute: (_, node, random) => {
    if (node.attrs.size === 0) return;
    const [name, attribute] = random.pick([...node.attrs]);
    node.attrs.set(name, changedAttribute(attribute, random));
  },
  "missing attribute": (_, node, random) => {
    if (node.attrs.size > 0) node.attrs.delete(random.pick([...node.attrs.keys()]));
  },
  shape: ({ graph }, _, random) => {
    const [name, t] = random.pick([...graph.initializers]);
    graph.initializers.set(name, { ...t, dims: random.chance(0.5) ? [...t.dims].reverse() : [...t.dims, 1] });
  },
};

let host: PipelineHost;
beforeAll(async () => {
  host = await testHost();
});

/** The whole way from file to file. */
async function quantized(bytes: Uint8Array, bits: 8 | 16): Promise<Uint8Array> {
  const options: QuantOptions = {
    ...{ chip: "generic", mode: "min_max", percent: 1, irBatch: 1, lutLen: 10, outputDequant: false },
    bits,
  };
  const prepared = await prepare(bytes, options, host);
  const calibration = await startCalibration(prepared, host);
  try {
    const [input] = prepared.calibrationModel.graph.inputs;
    const dims = input!.type!.dims as readonly number[];
    const x = Float32Array.from({ length: elementCount(dims) }, (_, i) => i % 17);
    await calibration.forward(new Map([[input!.name, tensor("float32", dims, x)]]));
    return quantizeModel(prepared, calibration.ranges(), host).bytes;
  } finally {
    await calibration.stop();
  }
}

describe("a real model with a contradiction put in", () => {
  it.each(Object.keys(CHANGES))(
    "%s: quantized into a model that loads, or refused with a sentence",
    async (kind) => {
      const random = new Random(kind.length);
      const outcomes = { quantized: 0, refused: 0 };
      for (let round = 0; round < 20; round++) {
        const model = await readModel(REAL);
        CHANGES[kind]!(model, random.pick(model.graph.nodes), random);
        try {
          const bytes = await quantized(writeModel(model), random.pick([8, 16]));
          await (await host.backend.createSession(bytes)).release();
          outcomes.quantized++;
        } catch (error) {
          if (!(error instanceof KnightError)) throw error;
          expect(error.message.length).toBeGreaterThan(30);
          outcomes.refused++;
        }
      }
      // Attributes have defaults: without one a node may still be sound.
      if (kind !== "missing attribute") expect(outcomes.refused).toBeGreaterThan(0);
    },
  );
});
