import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import type { Attribute } from "../../../core-ts/graph/graph.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { prepare } from "../../../core-ts/pipeline.ts";
import { float32Scalar, int64Tensor, type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { normals, random } from "../../support/numbers.ts";
import { testHost } from "../../support/one-op.ts";
import { buildModel, type ModelText } from "../../support/text-model.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

type Attributes = Readonly<Record<string, Attribute>>;

const next = random(11);
const w = (...dims: number[]) => normals(dims, next, 0.3);
const i64 = (dims: number[], values: number[]) => tensor("int64", dims, BigInt64Array.from(values, BigInt));
const X = [1, 4, 8, 6];

/** y = op(x, constants), then Relu, since movement between float edges stays float; `i` is a second input that holds whole numbers. */
function op(name: string, inputs: readonly Tensor[], attrs: Attributes = {}): ModelText {
  const constants = Object.fromEntries(inputs.map((t, i) => [`c${i}`, t]));
  const names = Object.keys(constants).join(" ");
  return {
    inputs: { x: X },
    constants,
    nodes: [
      ["m", name, `x ${names}`.trim(), attrs],
      ["y", "Relu", "m"],
    ],
    outputs: "y",
  };
}

const pads = (...values: number[]) => int64Tensor(values);
const mode = (value: string) => ({ mode: attr.string(value) });

/** Movement: integers are moved as they are, so that only the input's rounding is left. */
const CASES: Record<string, ModelText> = {
  Gather: op("Gather", [i64([3], [2, -1, 0])], { axis: attr.int(1) }),
  GatherElements: op(
    "GatherElements",
    [
      i64(
        [1, 4, 2, 6],
        Array.from({ length: 48 }, (_, k) => k % 8),
      ),
    ],
    {
      axis: attr.int(2),
    },
  ),
  GatherND: op("GatherND", [i64([3, 2], [0, 1, 0, -1, 0, 2])]),
  "GatherND, batch_dims": op("GatherND", [i64([1, 3, 1], [1, 3, 0])], { batch_dims: attr.int(1) }),
  Expand: op("Expand", [int64Tensor([3, 4, 8, 6])]),
  Tile: op("Tile", [int64Tensor([1, 2, 1, 3])]),
  "DepthToSpace DCR": op("DepthToSpace", [], { blocksize: attr.int(2), ...mode("DCR") }),
  "DepthToSpace CRD": op("DepthToSpace", [], { blocksize: attr.int(2), ...mode("CRD") }),
  SpaceToDepth: op("SpaceToDepth", [], { blocksize: attr.int(2) }),
  ReverseSequence: op("ReverseSequence", [int64Tensor([3])], {
    batch_axis: attr.int(0),
    time_axis: attr.int(1),
  }),
  "Trilu upper": op("Trilu", []),
  "Trilu lower, k": op("Trilu", [i64([], [-1])], { upper: attr.int(0) }),
  "Pad, a value": op("Pad", [pads(0, 0, 1, 2, 0, 1, 0, 1), float32Scalar(0.75)], mode("constant")),
  "Pad, negative": op("Pad", [pads(0, 0, -1, 2, 0, 0, 1, -2)], mode("constant")),
  "Pad reflect": op("Pad", [pads(0, 0, 1, 2, 0, 0, 3, 1)], mode("reflect")),
  "Pad edge": op("Pad", [pads(0, 0, 1, 2, 0, 0, 3, 1)], mode("edge")),
  "Pad wrap": op("Pad", [pads(0, 0, 1, 2, 0, 0, 3, 1)], mode("wrap")),
  "Slice, steps": op("Slice", [pads(0, 1), pads(8, 6), pads(2, 3), pads(3, 2)]),
  "Slice, negative steps": op("Slice", [pads(-1), pads(-(2 ** 63)), pads(2), pads(-1)]),
  "Reshape, 0 and -1": op("Reshape", [int64Tensor([0, 2, -1, 6])]),
  "Squeeze without axes": op("Squeeze", []),
  "Split, uneven": {
    inputs: { x: X },
    nodes: [
      ["a b c", "Split", "x", { axis: attr.int(2), num_outputs: attr.int(3) }],
      ["y", "Relu", "c"],
      ["z", "Relu", "a"],
    ],
    outputs: "y z",
  },
  "channel shuffle": {
    inputs: { x: X },
    constants: { s: int64Tensor([1, 2, 2, 8, 6]), t: int64Tensor([1, 4, 8, 6]) },
    nodes: [
      ["a", "Reshape", "x s"],
      ["b", "Transpose", "a", { perm: attr.ints([0, 2, 1, 3, 4]) }],
      ["c", "Reshape", "b t"],
      ["y", "Relu", "c"],
    ],
    outputs: "y",
  },
};

/** The bar of pure movement: rounding of the input, 41 dB at 8 bit for a normal tensor whose range is its maximum, 48 dB more at 16 bit less 6 of headroom. */
const MOVED = { 8: 34, 16: 76 } as const;
/** What requantizes: a rounding more. */
const COMPUTED = { 8: 30, 16: 66 } as const;

const JOINED: Record<string, ModelText> = {
  ScatterND: {
    inputs: { x: [1, 6, 5], u: [1, 2, 5] },
    constants: { i: i64([1, 2, 2], [0, 1, 0, 4]) },
    nodes: [["y", "ScatterND", "x i u"]],
    outputs: "y",
  },
  "ScatterND into zeros": {
    inputs: { u: [1, 2, 5] },
    constants: { x: tensor("float32", [1, 6, 5], new Float32Array(30)), i: i64([1, 2, 2], [0, 1, 0, 4]) },
    nodes: [["y", "ScatterND", "x i u"]],
    outputs: "y",
  },
  "ScatterElements of a constant": {
    inputs: { x: [1, 6, 5] },
    constants: { u: w(1, 2, 5), i: i64([1, 2, 5], [0, 1, 2, 3, 4, 5, 4, 3, 2, 1]) },
    nodes: [["y", "ScatterElements", "x i u", { axis: attr.int(1) }]],
    outputs: "y",
  },
  "Stack: Unsqueeze and Concat": {
    inputs: { x: [1, 6], u: [1, 6] },
    constants: { a: int64Tensor([1]) },
    nodes: [
      ["p", "Unsqueeze", "x a"],
      ["q", "Unsqueeze", "u a"],
      ["y", "Concat", "p q", { axis: attr.int(1) }],
    ],
    outputs: "y",
  },
};

const CHIPS = ["TX5368AV200", "generic"] as const;

async function check(text: ModelText, bits: 8 | 16, least: number): Promise<void> {
  for (const chip of CHIPS) {
    const found = await wholeWay(buildModel(text), { options: { bits, chip } });
    expect(found.prepared.floatLayers).toEqual([]);
    for (const name of text.outputs.split(" ")) expect(outputSqnr(found, name)).toBeGreaterThan(least);
  }
}

describe.each([8, 16] as const)("at %i bit", (bits) => {
  it.each(Object.entries(CASES))("%s moves integers", (_, text) => check(text, bits, MOVED[bits]));
  it.each(Object.entries(JOINED))("%s joins on one scale", (_, text) => check(text, bits, COMPUTED[bits]));
});

describe("forms that stay float", () => {
  const options = { chip: CHIPS[0], bits: 8, mode: "min_max", percent: 1, irBatch: 1, lutLen: 10 } as const;
  const reasonOf = async (text: ModelText) => {
    const prepared = await prepare(
      writeModel(buildModel(text)),
      { ...options, outputDequant: false },
      await testHost(),
    );
    return prepared.floatLayers.map((layer) => layer.reason);
  };

  it.each<[string, ModelText, string]>([
    [
      "ScatterElements that adds",
      {
        ...JOINED["ScatterElements of a constant"]!,
        nodes: [["y", "ScatterElements", "x i u", { axis: attr.int(1), reduction: attr.string("add") }]],
      },
      'its reduction is "add"; only none is supported',
    ],
    [
      "GridSample",
      {
        inputs: { x: X, g: [1, 3, 3, 2] },
        nodes: [["y", "GridSample", "x g", mode("linear")]],
        outputs: "y",
      },
      "GridSample has no integer form: every output element reads at a place computed at run time, with a fraction of its own",
    ],
    [
      "LpPool",
      op("LpPool", [], { kernel_shape: attr.ints([2, 2]) }),
      "LpPool has no integer form: it takes powers and roots of sums, which have no integer form here",
    ],
    [
      "MaxPool that tells where its maxima were",
      {
        inputs: { x: X },
        nodes: [["y n", "MaxPool", "x", { kernel_shape: attr.ints([2, 2]) }]],
        outputs: "y n",
      },
      "its second output (indices) is used",
    ],
  ])("%s", async (_, text, reason) => {
    expect(await reasonOf(text)).toContain(reason);
  });
});
