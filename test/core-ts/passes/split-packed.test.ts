import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { float32Scalar, int64Tensor, type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { floats, optimized } from "../../support/optimized.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";

const i64 = (...values: number[]) => int64Tensor(values);
const index = (value: number) => tensor("int64", [], BigInt64Array.of(BigInt(value)));
const WEIGHTS: Record<string, Tensor> = { w: floats([6, 24]), b: floats([24]) };

function after(nodes: NodeText[], outputs: string, constants: Record<string, Tensor> = {}) {
  const model = buildModel({
    inputs: { x: [2, 5, 6] },
    constants: { ...WEIGHTS, ...constants },
    nodes: [["p", "MatMul", "x w"], ["y", "Add", "p b"], ...nodes],
    outputs,
  });
  return optimized(model);
}

const HEADS: NodeText[] = [
  ["h", "Reshape", "y heads"],
  ["t", "Transpose", "h", { perm: attr.ints([2, 0, 3, 1, 4]) }],
];

describe("queries, keys and values from one product become products of their own", () => {
  const gathers: NodeText[] = [
    ...HEADS,
    ["q", "Gather", "t i0", { axis: attr.int(0) }],
    ["k", "Gather", "t i1", { axis: attr.int(0) }],
    ["v", "Gather", "t i2", { axis: attr.int(0) }],
  ];
  const constants = { heads: i64(2, 5, 3, 2, 4), i0: index(0), i1: index(1), i2: index(-1) };

  it("taken by Gather behind Reshape and Transpose", async () => {
    const result = await after(gathers, "q k v", constants);
    expect(result.ops).not.toContain("Gather");
    expect(result.ops.filter((op) => op === "Gemm")).toHaveLength(3);
  });

  it("taken by Split behind the product", async () => {
    const split: NodeText[] = [["q k v", "Split", "y", { axis: attr.int(-1), num_outputs: attr.int(3) }]];
    const result = await after(split, "q k v");
    expect(result.ops.filter((op) => op === "Gemm")).toHaveLength(3);
    expect(result.ops).not.toContain("Split");
  });

  it("taken by Slices of an inner axis, of unlike sizes, one of them left out", async () => {
    const slices: NodeText[] = [
      ...HEADS,
      ["a", "Slice", "t from0 to1 axis4"],
      ["c", "Slice", "t from2 to4 axis4"],
    ];
    const ends = { from0: i64(0), to1: i64(1), from2: i64(-2), to4: i64(1000), axis4: i64(4) };
    const result = await after(slices, "a c", { ...constants, ...ends });
    const products = result.nodes.filter(({ op }) => op === "Gemm");
    const widths = products.map(({ inputs }) => result.model.graph.initializers.get(inputs[1]!)!.dims[1]);
    expect(widths).toEqual([6, 12]);
  });

  it("with the scale of the queries in their weights", async () => {
    const scaled: NodeText[] = [
      ...gathers,
      ["qs", "Mul", "q c"],
      ["kt", "Transpose", "k", { perm: attr.ints([0, 1, 3, 2]) }],
      ["s", "MatMul", "qs kt"],
    ];
    const result = await after(scaled, "s v", { ...constants, c: float32Scalar(0.125) });
    expect(result.ops).not.toContain("Mul");
  });
});

describe("one product stays where", () => {
  const stays = async (nodes: NodeText[], outputs: string, constants: Record<string, Tensor> = {}) => {
    const result = await after(nodes, outputs, constants);
    expect(result.ops.filter((op) => op === "Gemm")).toHaveLength(1);
  };

  it("somebody reads it whole", () =>
    stays(
      [
        ["q k", "Split", "y", { axis: attr.int(-1), num_outputs: attr.int(2) }],
        ["r", "Relu", "y"],
      ],
      "q k r",
    ));
  it("the cut is along the rows", () =>
    stays([["q k", "Split", "y sizes", { axis: attr.int(1) }]], "q k", { sizes: i64(2, 3) }));
  it("parts overlap", () =>
    stays(
      [
        ["a", "Slice", "y from0 to9 axis"],
        ["c", "Slice", "y from8 to20 axis"],
      ],
      "a c",
      { from0: i64(0), to9: i64(9), from8: i64(8), to20: i64(20), axis: i64(2) },
    ));
  it("an index list has an order of its own", () =>
    stays([["a", "Gather", "y list", { axis: attr.int(2) }]], "a", { list: i64(3, 1) }));
});
