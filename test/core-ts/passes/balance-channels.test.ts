import { describe, expect, it, vi } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { PASSES } from "../../../core-ts/passes/index.ts";
import { int64Tensor, type Tensor } from "../../../core-ts/tensor/tensor.ts";
import { normals, random } from "../../support/numbers.ts";
import { floats, optimized } from "../../support/optimized.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

/** One channel with eight times the gain of the others. */
const CONSTANTS: Record<string, Tensor> = {
  g: floats([8], [1, 1, 8, 1, 0.5, 1, 1, 1]),
  o: floats([8]),
  w: floats([8, 6]),
  u: floats([8, 4]),
  flat: int64Tensor([15, 8]),
};
const NORM: NodeText = ["n", "LayerNormalization", "x g o", { axis: attr.int(-1) }];

const build = (nodes: NodeText[], outputs: string) =>
  buildModel({ inputs: { x: [3, 5, 8] }, nodes: [NORM, ...nodes], outputs, constants: CONSTANTS });

async function gainsOf(nodes: NodeText[], outputs: string): Promise<number[]> {
  const { model, nodes: left } = await optimized(build(nodes, outputs));
  const norm = left.find(({ op }) => op === "LayerNormalization")!;
  return Array.from(model.graph.initializers.get(norm.inputs[1]!)!.data as Float32Array);
}

describe("a wide channel of LayerNormalization", () => {
  it.each<[string, NodeText[], string]>([
    ["before one product", [["y", "MatMul", "n w"]], "y"],
    [
      "before two, one of them behind a Reshape",
      [
        ["y", "MatMul", "n w"],
        ["f", "Reshape", "n flat"],
        ["z", "MatMul", "f u"],
      ],
      "y z",
    ],
  ])("%s keeps its reach, and the others come nearer", async (_, nodes, outputs) => {
    const gains = await gainsOf(nodes, outputs);
    expect(gains[2]).toBeGreaterThan(4);
    expect(gains[0]! / gains[2]!).toBeGreaterThan(1.5 / 8);
  });

  it.each<[string, NodeText[], string]>([
    ["nobody weighs it", [["y", "Relu", "n"]], "y"],
    [
      "somebody else reads it",
      [
        ["y", "MatMul", "n w"],
        ["z", "Relu", "n"],
      ],
      "y z",
    ],
    ["it is an output", [["y", "MatMul", "n w"]], "y n"],
  ])("stays where %s", async (_, nodes, outputs) => {
    expect(await gainsOf(nodes, outputs)).toEqual([...(CONSTANTS.g!.data as Float32Array)]);
  });

  it("no longer takes the others' resolution at 8 bit", async () => {
    const next = random(4);
    const drawn = { o: normals([16], next, 0.1), w: normals([16, 6], next, 0.3) };
    const g = floats(
      [16],
      Array.from({ length: 16 }, (_, k) => (k === 2 ? 8 : 1)),
    );
    const wide = buildModel({
      inputs: { x: [3, 5, 16] },
      nodes: [NORM, ["y", "MatMul", "n w"]],
      outputs: "y",
      constants: { ...drawn, g },
    });
    const sqnr = async () => outputSqnr(await wholeWay(wide, { options: { bits: 8 } }), "y");
    const balanced = await sqnr();
    vi.spyOn(PASSES.balanceChannels, "run").mockReturnValue({ changed: false, notes: [] });
    const plain = await sqnr();
    vi.restoreAllMocks();
    // 15 of 16 channels win a factor of √8 of resolution, 9 dB, and their weights lose as much on rows that dominate: half of it is left.
    expect(balanced).toBeGreaterThan(plain + 2);
  });
});
