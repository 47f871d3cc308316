import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import type { QuantOptions } from "../../../core-ts/pipeline.ts";
import { float32Scalar, int64Tensor, type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { normals, random } from "../../support/numbers.ts";
import { buildModel, type ModelText } from "../../support/text-model.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

/** As an SSD ends: offsets of every cell, times a variance, plus the place of the cell; sizes through Exp; joined. */
function decoder(places: Tensor): ModelText {
  const next = random(4);
  const ends = (from: number, to: number) => ({
    [`s${from}`]: int64Tensor([from]),
    [`e${to}`]: int64Tensor([to]),
  });
  return {
    inputs: { x: [1, 8, 5, 5] },
    constants: {
      ...{ w: normals([4, 8, 1, 1], next, 0.1), flat: int64Tensor([1, 4, 25]), axis: int64Tensor([1]) },
      ...{ ...ends(0, 2), ...ends(2, 4), variance: float32Scalar(0.1), places },
    },
    nodes: [
      ["c", "Conv", "x w", { kernel_shape: attr.ints([1, 1]) }],
      ["r", "Reshape", "c flat"],
      ["d", "Slice", "r s0 e2 axis"],
      ["m", "Mul", "d variance"],
      ["centre", "Add", "m places"],
      ["f", "Slice", "r s2 e4 axis"],
      ["size", "Exp", "f"],
      ["y", "Concat", "centre size", { axis: attr.int(1) }],
    ],
    outputs: "y",
  };
}

const GRID = tensor(
  "float32",
  [1, 2, 25],
  Float32Array.from({ length: 50 }, (_, i) => (i % 25) / 12),
);
const BIAS = tensor("float32", [1, 2, 1], Float32Array.of(0.5, -0.5));
const found = (text: ModelText, options: Partial<QuantOptions> = {}) =>
  wholeWay(buildModel(text), { options });
const decodes = (warnings: readonly string[]) => warnings.filter((one) => one.includes("decodes positions"));

describe("boxes that are decoded at the end of the model", () => {
  it("are named with all the nodes that decode them, and 16 bit there is worth it", async () => {
    const before = await found(decoder(GRID));
    expect(decodes(before.quantized.warnings)).toEqual([
      expect.stringMatching(
        /^Add node "node_centre": it decodes positions at the end of the model.*; give 16 bit to the nodes of the decoding \(-gt, -mc\): node_m, node_centre, node_size, node_y$/,
      ),
    ]);
    const names = ["node_m", "node_centre", "node_size", "node_y"];
    const mix = new Map(names.map((name) => [name, { bits: 16, mode: "min_max" }] as const));
    const after = await found(decoder(GRID), { mix });
    expect(decodes(after.quantized.warnings)).toEqual([]);
    // The offsets stay 8 bit, a tenth of a cell: the places are what 8 bit had coarse.
    expect(outputSqnr(after, "y")).toBeGreaterThan(outputSqnr(before, "y") + 3);
  });

  it("not at 16 bit, nor for a bias, nor where a layer follows", async () => {
    expect(decodes((await found(decoder(GRID), { bits: 16 })).quantized.warnings)).toEqual([]);
    expect(decodes((await found(decoder(BIAS))).quantized.warnings)).toEqual([]);
    const text = decoder(GRID);
    const followed: ModelText = {
      ...text,
      constants: { ...text.constants, v: normals([25, 3], random(1)) },
      nodes: [...text.nodes, ["z", "MatMul", "y v"]],
      outputs: "z",
    };
    expect(decodes((await found(followed)).quantized.warnings)).toEqual([]);
  });

  it("on a chip that does not mix widths: all 16 bit, or a cut", async () => {
    const { quantized } = await found(decoder(GRID), { chip: "TX5105C" });
    expect(decodes(quantized.warnings)[0]).toMatch(
      /take -b 16, or cut the model before the decoding \(-on\)$/,
    );
  });
});
