import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { optimize } from "../../../core-ts/passes/optimize.ts";
import { int64Tensor, type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { nodeBackend } from "../../support/backends.ts";
import { optimized } from "../../support/optimized.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";

const scalar = (value: number): Tensor => tensor("int64", [], BigInt64Array.of(BigInt(value)));

function after(nodes: NodeText[], constants: Record<string, Tensor> = {}, outputs = "z") {
  return optimized(buildModel({ inputs: { x: [2, 5, 4], u: [2, 5, 4] }, nodes, outputs, constants }));
}

describe("sequences as exporters write them", () => {
  it("torch.split by a size: Split, and what reads its parts", async () => {
    const result = await after(
      [
        ["s", "SplitToSequence", "x two", { axis: attr.int(1) }],
        ["a", "SequenceAt", "s zero"],
        ["b", "SequenceAt", "s last"],
        ["z", "Relu", "a"],
        ["w", "Relu", "b"],
      ],
      { two: scalar(2), zero: scalar(0), last: scalar(-1) },
      "z w",
    );
    expect(result.ops).toEqual(["Split", "Relu", "Relu"]);
  });

  it("torch.unbind, and torch.stack of what was computed", async () => {
    const result = await after(
      [
        ["s", "SplitToSequence", "x", { axis: attr.int(0), keepdims: attr.int(0) }],
        ["a", "SequenceAt", "s zero"],
        ["b", "SequenceAt", "s one"],
        ["c", "Relu", "a"],
        ["t", "SequenceConstruct", "c b"],
        ["z", "ConcatFromSequence", "t", { axis: attr.int(1), new_axis: attr.int(1) }],
      ],
      { zero: scalar(0), one: scalar(1) },
    );
    expect(result.ops).not.toContain("SequenceConstruct");
    expect(result.ops.at(-1)).toBe("Concat");
  });

  it("a list that grows by SequenceInsert, at the end and at a position", async () => {
    const result = await after(
      [
        ["e", "SequenceEmpty", ""],
        ["p", "SequenceInsert", "e x"],
        ["q", "SequenceInsert", "p u zero"],
        ["z", "ConcatFromSequence", "q", { axis: attr.int(1) }],
      ],
      { zero: scalar(0) },
    );
    expect(result.ops).toEqual(["Concat"]);
    expect(result.nodes[0]!.inputs).toEqual(["u", "x"]);
  });
});

describe("Casts in a row", () => {
  const cast = (to: number) => ({ to: attr.int(to) });

  const there = (between: number): NodeText[] => [
    ["a", "Cast", "x", cast(between)],
    ["b", "Cast", "a", cast(1)],
    ["z", "Relu", "b"],
  ];

  it("through float64 and back change nothing", async () => {
    expect((await after(there(11))).ops).toEqual(["Relu"]);
  });

  it("through float16 and back change less than quantization does", async () => {
    const model = buildModel({ inputs: { x: [2, 5, 4] }, nodes: there(10), outputs: "z" });
    const { graph } = (await optimize(model, 1, nodeBackend())).model;
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Relu"]);
  });

  it("to an integer stay where the type between rounds", async () => {
    const nodes = (between: number): NodeText[] => [
      ["a", "Cast", "x", cast(between)],
      ["z", "Cast", "a", cast(7)],
    ];
    expect((await after(nodes(10))).ops).toEqual(["Cast", "Cast"]);
    expect((await after(nodes(11))).ops).toEqual(["Cast"]);
  });
});

it("shapes of Split parts are known behind the fold", async () => {
  const result = await after(
    [
      ["s", "SplitToSequence", "x sizes", { axis: attr.int(1) }],
      ["a", "SequenceAt", "s zero"],
      ["z", "Flatten", "a"],
    ],
    { sizes: int64Tensor([3, 2]), zero: scalar(0) },
  );
  expect(result.ops).toEqual(["Split", "Flatten"]);
});
