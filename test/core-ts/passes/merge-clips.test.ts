import { describe, expect, it } from "vitest";
import { float32Scalar, type Tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { floats, optimized } from "../../support/optimized.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";

const constants: Record<string, Tensor> = {
  zero: float32Scalar(0),
  six: float32Scalar(6),
  half: float32Scalar(0.5),
  minus: float32Scalar(-0.5),
  one: floats([1, 1, 1, 1], [0.25]),
  channels: floats([3, 1]),
  nan: float32Scalar(Number.NaN),
};

/** What becomes of the nodes: each op with its bounds, Tanh behind. */
async function after(nodes: readonly NodeText[], outputs = "z") {
  const all: NodeText[] = [...nodes, ["z", "Tanh", "y"]];
  const model = buildModel({ inputs: { x: [2, 3, 4] }, constants, nodes: all, outputs });
  const result = await optimized(model);
  const bound = (name = "") => {
    const constant = result.model.graph.initializers.get(name);
    return constant ? toNumbers(constant)[0] : undefined;
  };
  const shown = result.nodes.map(({ op, inputs }) => [
    op,
    ...(op === "Clip" ? inputs.slice(1).map(bound) : []),
  ]);
  return shown.filter(([op]) => op !== "Tanh");
}

describe("bounds in other spellings become one Clip", () => {
  it.each<[string, NodeText[], unknown[][]]>([
    ["Max with a constant", [["y", "Max", "x half"]], [["Clip", 0.5, undefined]]],
    ["Min with a constant on the left", [["y", "Min", "six x"]], [["Clip", undefined, 6]]],
    [
      "Relu6 as Min(Relu)",
      [
        ["r", "Relu", "x"],
        ["y", "Min", "r six"],
      ],
      [["Clip", 0, 6]],
    ],
    [
      "Relu6 as Max(Min)",
      [
        ["r", "Min", "x six"],
        ["y", "Max", "zero r"],
      ],
      [["Clip", 0, 6]],
    ],
    [
      "bounds that exclude each other",
      [
        ["r", "Clip", "x half six"],
        ["y", "Clip", "r minus zero"],
      ],
      [["Clip", 0, 0]],
    ],
    [
      "Relu of a Clip",
      [
        ["r", "Clip", "x minus half"],
        ["y", "Relu", "r"],
      ],
      [["Clip", 0, 0.5]],
    ],
  ])("%s", async (_, nodes, expected) => {
    expect(await after(nodes)).toEqual(expected);
  });
});

describe("what is no bound stays", () => {
  it.each<[string, NodeText]>([
    ["a constant per channel", ["y", "Max", "x channels"]],
    ["a constant that adds an axis", ["y", "Max", "x one"]],
  ])("%s", async (_, node) => {
    expect(await after([node])).toEqual([["Max"]]);
  });

  it("a result that others read too", async () => {
    const nodes: NodeText[] = [
      ["r", "Relu", "x"],
      ["y", "Min", "r six"],
    ];
    expect(await after(nodes, "z r")).toEqual([["Relu"], ["Clip", undefined, 6]]);
  });
});
