import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { graph, model, node, value } from "../../support/build-model.ts";
import { normals, random } from "../../support/numbers.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

/** An integer layer, an index, a software layer, and data movement behind a software layer: each an output. */
const content = () =>
  model(
    graph({
      inputs: [value("x", ["N", 4, 3, 3])],
      outputs: ["integer", "index", "software", "moved"].map((name) => value(name)),
      nodes: [
        "Conv x w -> integer",
        node("ArgMax integer -> index", { axis: attr.int(1) }),
        "Hardmax integer -> software",
        "Flatten software -> moved",
      ],
      constants: { w: normals([4, 4, 1, 1], random(1), 0.5) },
    }),
  );

async function quantized(outputDequant: boolean) {
  const found = await wholeWay(content(), { options: { outputDequant }, rows: 2 });
  const { graph: written, metadata } = await readModel(found.quantized.bytes);
  const maker = (name: string) => written.nodes.find(({ outputs }) => outputs.includes(name))!.op;
  const makers = Object.fromEntries(written.outputs.map(({ name }) => [name, maker(name)]));
  return { found, makers, forms: JSON.parse(metadata.get("knight.outputs")!) as unknown };
}

describe("-od", () => {
  it("dequantizes an integer layer's output, and nothing behind ArgMax or a software layer", async () => {
    const { makers, forms, found } = await quantized(true);
    expect(makers).toEqual({
      integer: "DequantizeLinear",
      index: "ArgMax",
      software: "Hardmax",
      moved: "Flatten",
    });
    expect(forms).toEqual({ integer: "real", index: "other", software: "real", moved: "real" });
    expect(outputSqnr(found, "integer")).toBeGreaterThan(30);
  });

  it("left out, the integers stand in float32, and only there", async () => {
    const { makers, forms } = await quantized(false);
    expect(makers).toEqual({ integer: "Cast", index: "ArgMax", software: "Hardmax", moved: "Flatten" });
    expect(forms).toEqual({ integer: "integer", index: "other", software: "real", moved: "real" });
  });
});
