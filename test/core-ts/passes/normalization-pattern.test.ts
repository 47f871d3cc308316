import { describe, expect, it } from "vitest";
import { float32Scalar } from "../../../core-ts/tensor/tensor.ts";
import { floats } from "../../support/optimized.ts";
import type { NodeText } from "../../support/text-model.ts";
import { fuse, UPPER } from "./normalization-nodes.ts";

const isNormalization = (op: string) => op.endsWith("Normalization");

describe("is left alone:", () => {
  const div: NodeText = ["y", "Div", "d r"];
  const replaced = (name: string, by: NodeText): NodeText[] =>
    [...UPPER, div].map((node) => (node[0] === name ? by : node));
  it.each<[string, NodeText[]]>([
    ["a mean over other axes than the variance's", replaced("m", ["m", "ReduceMean", "x first"])],
    ["a variance over other axes than the mean's", replaced("v", ["v", "ReduceMean", "s first"])],
    ["a fourth power", replaced("s", ["s", "Pow", "d four"])],
    ["a product of two values", replaced("s", ["s", "Mul", "d x"])],
    ["a sum in the place of the mean", replaced("v", ["v", "ReduceSum", "s last"])],
    ["an ε of several elements", replaced("e", ["e", "Add", "v several"])],
    ["a negative ε", replaced("e", ["e", "Add", "v negative"])],
    ["another root", replaced("r", ["r", "Pow", "e third"])],
    ["another numerator", replaced("y", ["y", "Div", "x r"])],
    ["σ / d", replaced("y", ["y", "Div", "r far"])],
    ["mean - x", replaced("d", ["d", "Sub", "m x"])],
  ])("%s", async (_, nodes) => {
    const more = {
      several: floats([12], new Array<number>(12).fill(1e-5)),
      negative: float32Scalar(-1e-6),
      four: float32Scalar(4),
      third: float32Scalar(1 / 3),
    };
    const result = await fuse([["far", "Exp", "x"], ...nodes], [2, 4, 12], more);
    // What is divided by the root of a mean square is RMSNorm all the same.
    expect(result.ops).not.toContain("LayerNormalization");
  });

  it("values that others read, or that are outputs", async () => {
    for (const outputs of ["y m", "y d", "y v", "y r"]) {
      const result = await fuse([...UPPER, div], [2, 4, 12], {}, outputs);
      expect(result.ops.filter(isNormalization)).toEqual([]);
    }
    const result = await fuse([...UPPER, div, ["z", "Relu", "r"]], [2, 4, 12], {}, "y z");
    expect(result.ops.filter(isNormalization)).toEqual([]);
  });

  it("γ that others than the pattern multiply stays a constant for both", async () => {
    const nodes: NodeText[] = [
      ...UPPER,
      ["n", "Div", "d r"],
      ["y", "Mul", "n gamma"],
      ["z", "Mul", "x gamma"],
    ];
    expect((await fuse(nodes, [2, 4, 12], {}, "y z")).ops.toSorted()).toEqual(["LayerNormalization", "Mul"]);
  });

  it("a γ that varies along other axes stays behind", async () => {
    const nodes: NodeText[] = [...UPPER, ["n", "Div", "d r"], ["y", "Mul", "n matrix"]];
    expect((await fuse(nodes)).ops).toEqual(["LayerNormalization", "Mul"]);
  });

  it("a γ inside of the pattern that varies along other axes", async () => {
    const nodes: NodeText[] = [
      ...UPPER,
      ["i", "Reciprocal", "r"],
      ["k", "Mul", "i matrix"],
      ["y", "Mul", "d k"],
    ];
    expect((await fuse(nodes)).ops.filter(isNormalization)).toEqual([]);
  });
});
