import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { float32Scalar, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { optimized } from "../../support/optimized.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const float = { to: attr.int(1) };
const window = { kernel_shape: attr.ints([3, 3]), pads: attr.ints([1, 1, 1, 1]) };

/** A heat map in which only local maxima are left, as detectors without boxes end. */
const peaks: NodeText[] = [
  ["heat", "Sigmoid", "x"],
  ["top", "MaxPool", "heat", window],
  ["isTop", "Equal", "top heat"],
  ["keep", "Cast", "isTop", float],
  ["y", "Mul", "heat keep"],
];

describe("a product with truth values", () => {
  it("is a choice, and all of it integer", async () => {
    const model = buildModel({ inputs: { x: [1, 2, 12, 12] }, nodes: peaks, outputs: "y" });
    const { ops } = await optimized(model);
    expect(ops).toEqual(["Sigmoid", "MaxPool", "Equal", "Where"]);
    for (const ir of ["fixed", "qdq"] as const) {
      const way = await wholeWay(model, { options: { bits: 16, ir } });
      expect(way.prepared.floatLayers).toEqual([]);
      expect(outputSqnr(way, "y")).toBeGreaterThan(60);
    }
  });

  it("keeps every peak at 8 bit, and may keep its equals", async () => {
    const model = buildModel({ inputs: { x: [1, 2, 12, 12] }, nodes: peaks, outputs: "y" });
    const { float: real, fixed } = await wholeWay(model);
    for (const [i, answers] of real.entries()) {
      const found = toNumbers(fixed[i]!.get("y")!);
      // A peak of integers is one wherever it stands out by a step of the map, or ties.
      const missing = toNumbers(answers.get("y")!).filter((v, k) => v > 0 && found[k] === 0);
      expect(missing.length).toBeLessThanOrEqual(1);
    }
  });

  it("of numbers stays", async () => {
    const nodes: NodeText[] = [
      ["i", "Cast", "x", { to: attr.int(6) }],
      ["f", "Cast", "i", float],
      ["y", "Mul", "f x"],
    ];
    const { ops } = await optimized(buildModel({ inputs: { x: [1, 4] }, nodes, outputs: "y" }));
    expect(ops.at(-1)).toBe("Mul");
  });

  it("with a constant stays", async () => {
    const nodes: NodeText[] = [
      ["b", "Greater", "x half"],
      ["f", "Cast", "b", float],
      ["y", "Mul", "f half"],
    ];
    const constants = { half: float32Scalar(0.5) };
    const { ops } = await optimized(buildModel({ inputs: { x: [1, 4] }, constants, nodes, outputs: "y" }));
    expect(ops).toEqual(["Greater", "Cast", "Mul"]);
  });
});
