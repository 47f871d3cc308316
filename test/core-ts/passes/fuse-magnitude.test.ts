import { describe, expect, it } from "vitest";
import { float32Scalar } from "../../../core-ts/tensor/tensor.ts";
import { optimized } from "../../support/optimized.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const constants = { two: float32Scalar(2), half: float32Scalar(0.5), three: float32Scalar(3) };

const spectrum = (nodes: readonly NodeText[], outputs = "y") =>
  buildModel({ inputs: { a: [2, 3, 4], b: [2, 3, 4] }, constants, nodes, outputs });

const SPELLINGS: Record<string, NodeText[]> = {
  "Pow and Sqrt": [
    ["s", "Pow", "a two"],
    ["t", "Pow", "b two"],
    ["u", "Add", "s t"],
    ["y", "Sqrt", "u"],
  ],
  "Mul and Pow": [
    ["s", "Mul", "a a"],
    ["t", "Mul", "b b"],
    ["u", "Add", "t s"],
    ["y", "Pow", "u half"],
  ],
};

describe("the magnitude of (a, b)", () => {
  it.each(Object.keys(SPELLINGS))("written with %s is one op", async (name) => {
    const { ops } = await optimized(spectrum(SPELLINGS[name]!));
    expect(ops).toEqual(["Unsqueeze", "Unsqueeze", "Concat", "ReduceL2"]);
  });

  it("keeps small magnitudes beside large ones: squares would need twice the bits", async () => {
    const run = await wholeWay(spectrum(SPELLINGS["Pow and Sqrt"]!), { options: { bits: 16 } });
    expect(run.prepared.floatLayers).toEqual([]);
    expect(outputSqnr(run, "y")).toBeGreaterThan(72);
  });

  it.each<[string, NodeText[], string?]>([
    [
      "another power",
      [
        ["s", "Pow", "a three"],
        ["t", "Pow", "b two"],
        ["u", "Add", "s t"],
        ["v", "Abs", "u"],
        ["y", "Sqrt", "v"],
      ],
    ],
    ["a sum that is an output", SPELLINGS["Pow and Sqrt"]!, "y u"],
  ])("%s is left as it is", async (_, nodes, outputs) => {
    const { ops } = await optimized(spectrum(nodes, outputs));
    expect(ops).not.toContain("ReduceL2");
  });
});
