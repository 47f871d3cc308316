import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import type { Attribute, Graph } from "../../../core-ts/graph/graph.ts";
import { int64Tensor, type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { graph, value } from "../../support/build-model.ts";
import { normals, random } from "../../support/numbers.ts";
import { buildModel, type ModelText, type NodeText } from "../../support/text-model.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const next = random(3);
const w = (...dims: number[]) => normals(dims, next, 0.4);
const body = (content: Graph): Attribute => ({ kind: "graph", value: content });
const scalar = (t: "int64" | "bool", v: number): Tensor =>
  t === "bool" ? tensor("bool", [], Uint8Array.of(v)) : tensor("int64", [], BigInt64Array.of(BigInt(v)));

/** A MatMul before and one behind `middle`, which goes from a [1, 6, 8] to b [1, 6, 8]. */
function between(middle: readonly NodeText[], constants: Record<string, Tensor> = {}): ModelText {
  return {
    inputs: { x: [1, 6, 8] },
    constants: { w1: w(8, 8), w2: w(8, 5), ...constants },
    nodes: [["a", "MatMul", "x w1"], ...middle, ["y", "MatMul", "b w2"]],
    outputs: "y",
  };
}

/** Loop: adds x to a carried state, three times, by a body that reads a from outside. */
const loopBody = graph({
  inputs: [value("n", [], "int64"), value("go", [], "bool"), value("state", [1, 6, 8])],
  outputs: [value("go_on", [], "bool"), value("grown", [1, 6, 8])],
  nodes: ["Identity go -> go_on", "Add state a -> grown"],
});

const FLOAT_BETWEEN: Record<string, [ModelText, readonly string[]]> = {
  "If that the data decide": [
    between(
      [
        ["m", "ReduceMax", "a", { keepdims: attr.int(0) }],
        ["c", "Greater", "m zero"],
        [
          "b",
          "If",
          "c",
          {
            then_branch: body(graph({ outputs: [value("p", [1, 6, 8])], nodes: ["Neg a -> p"] })),
            else_branch: body(graph({ outputs: [value("q", [1, 6, 8])], nodes: ["Add a a -> q"] })),
          },
        ],
      ],
      { zero: tensor("float32", [], Float32Array.of(0.5)) },
    ),
    ["If"],
  ],
  Loop: [
    between([["b", "Loop", "three yes a", { body: body(loopBody) }]], {
      three: scalar("int64", 3),
      yes: scalar("bool", 1),
    }),
    ["Loop"],
  ],
  Scan: [
    between(
      [
        [
          "last b",
          "Scan",
          "start a",
          {
            num_scan_inputs: attr.int(1),
            scan_input_axes: attr.ints([1]),
            scan_output_axes: attr.ints([1]),
            body: body(
              graph({
                inputs: [value("s", [1, 8]), value("row", [1, 8])],
                outputs: [value("s2", [1, 8]), value("out", [1, 8])],
                nodes: ["Add s row -> s2", "Tanh s2 -> out"],
              }),
            ),
          },
        ],
      ],
      { start: tensor("float32", [1, 8], new Float32Array(8)) },
    ),
    ["Scan"],
  ],
  GridSample: [
    {
      inputs: { x: [1, 2, 6, 8], g: [1, 6, 8, 2] },
      constants: { w1: w(8, 8), w2: w(8, 5) },
      nodes: [
        ["a", "MatMul", "x w1"],
        ["b", "GridSample", "a g"],
        ["y", "MatMul", "b w2"],
      ],
      outputs: "y",
    },
    ["GridSample"],
  ],
};

describe("what stays float is cut out cleanly: integer before and behind", () => {
  it.each(Object.entries(FLOAT_BETWEEN))("%s", async (_, [text, ops]) => {
    const found = await wholeWay(buildModel(text));
    expect(found.quantized.floatLayers.map(({ op }) => op)).toEqual(ops);
    expect(
      found.quantized.quantized.plan.nodes.filter(({ kind }) => kind === "integer").length,
    ).toBeGreaterThan(1);
    // Three 8-bit roundings.
    expect(outputSqnr(found, "y")).toBeGreaterThan(28);
  });

  it("NonMaxSuppression behind an integer head", async () => {
    const found = await wholeWay(
      buildModel({
        inputs: { x: [1, 12, 8] },
        constants: {
          w1: w(8, 4),
          w2: w(8, 1),
          most: int64Tensor([4]),
          iou: tensor("float32", [1], Float32Array.of(0.5)),
        },
        nodes: [
          ["boxes", "MatMul", "x w1"],
          ["s", "MatMul", "x w2"],
          ["t", "Transpose", "s", { perm: attr.ints([0, 2, 1]) }],
          ["scores", "Sigmoid", "t"],
          ["y", "NonMaxSuppression", "boxes scores most iou"],
        ],
        outputs: "y",
      }),
    );
    expect(found.quantized.floatLayers.map(({ op }) => op)).toEqual(["NonMaxSuppression"]);
    expect(found.fixed[0]!.get("y")!.dtype).toBe("int64");
  });
});

describe("shapes, indices and amounts that are computed at run time", () => {
  const whole = { to: attr.int(7) };
  const cases: Record<string, [readonly NodeText[], Record<string, Tensor>]> = {
    Slice: [
      [
        ["n", "Cast", "i", whole],
        ["b", "Slice", "a n ends axes"],
      ],
      { ends: int64Tensor([6]), axes: int64Tensor([1]) },
    ],
    Gather: [
      [
        ["n", "Cast", "i", whole],
        ["b", "Gather", "a n", { axis: attr.int(1) }],
      ],
      {},
    ],
    Tile: [
      [
        ["n", "Cast", "i", whole],
        ["r", "Concat", "one n one", { axis: attr.int(0) }],
        ["b", "Tile", "a r"],
      ],
      { one: int64Tensor([1]) },
    ],
    Expand: [
      [
        ["n", "Cast", "i", whole],
        ["r", "Concat", "n tail", { axis: attr.int(0) }],
        ["b", "Expand", "a r"],
      ],
      { tail: int64Tensor([6, 8]) },
    ],
    Reshape: [
      [
        ["n", "Cast", "i", whole],
        ["r", "Concat", "n tail", { axis: attr.int(0) }],
        ["b", "Reshape", "a r"],
      ],
      { tail: int64Tensor([-1, 8]) },
    ],
  };
  it.each(Object.entries(cases))("%s moves integers all the same", async (_, [middle, constants]) => {
    const text = between(middle, constants);
    const batches = [1, 2, 3].map(
      (i) =>
        new Map([
          ["x", normals([1, 6, 8], next)],
          ["i", tensor("float32", [1], Float32Array.of(i))],
        ]),
    );
    const found = await wholeWay(buildModel({ ...text, inputs: { ...text.inputs, i: [1] } }), { batches });
    const float = found.quantized.floatLayers.map(({ op }) => op);
    expect(float.filter((op) => op !== "Cast" && op !== "Concat")).toEqual([]);
    expect(outputSqnr(found, "y")).toBeGreaterThan(28);
  });
});
