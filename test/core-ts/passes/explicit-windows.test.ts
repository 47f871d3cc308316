import { describe, expect, it } from "vitest";
import { attr, intsAttr } from "../../../core-ts/graph/attributes.ts";
import type { Attribute } from "../../../core-ts/graph/graph.ts";
import { floats, optimized } from "../../support/optimized.ts";
import { buildModel } from "../../support/text-model.ts";

const two = attr.ints([2, 2]);
const constants = { w: floats([3, 3, 3, 3]), wt: floats([3, 4, 3, 3]), e: floats([3, 3, 2, 4]) };

/** ONNX Runtime's answers before and after are compared in `optimized`: a wrong pad would show. */
async function pads(op: string, inputs: string, attrs: Record<string, Attribute>) {
  const model = buildModel({
    inputs: { x: [1, 3, 8, 11] },
    nodes: [["y", op, inputs, attrs]],
    outputs: "y",
    constants,
  });
  const [node] = (await optimized(model)).nodes;
  expect([...node!.attrs.keys()].filter((name) => name === "auto_pad" || name === "output_shape")).toEqual(
    [],
  );
  return intsAttr(node!, "pads", []);
}

describe.each(["SAME_UPPER", "SAME_LOWER", "VALID"])("auto_pad %s becomes pads", (mode) => {
  const auto = { auto_pad: attr.string(mode) };
  it.each<[string, string, Record<string, Attribute>]>([
    ["Conv", "x w", {}],
    ["Conv", "x w", { strides: two }],
    ["Conv", "x e", { strides: attr.ints([3, 2]) }],
    ["MaxPool", "x", { kernel_shape: attr.ints([3, 2]), strides: two }],
    ["AveragePool", "x", { kernel_shape: attr.ints([2, 3]), strides: attr.ints([1, 2]) }],
    ["ConvTranspose", "x wt", {}],
    ["ConvTranspose", "x wt", { strides: two }],
    ["ConvTranspose", "x wt", { strides: two, output_padding: attr.ints([1, 1]) }],
  ])("%s(%s) %j", async (op, inputs, attrs) => {
    await pads(op, inputs, { ...auto, ...attrs });
  });
});

describe("left-out attributes", () => {
  it("are filled with ONNX's defaults", async () => {
    const model = buildModel({
      inputs: { x: [1, 3, 8, 11] },
      nodes: [["y", "Conv", "x w"]],
      outputs: "y",
      constants,
    });
    const [node] = (await optimized(model)).nodes;
    expect(Object.fromEntries(node!.attrs)).toEqual({
      kernel_shape: attr.ints([3, 3]),
      strides: attr.ints([1, 1]),
      dilations: attr.ints([1, 1]),
      pads: attr.ints([0, 0, 0, 0]),
      group: attr.int(1),
    });
  });

  it("output_shape of ConvTranspose becomes pads", async () => {
    expect(await pads("ConvTranspose", "x wt", { strides: two, output_shape: attr.ints([16, 21]) })).toEqual([
      1, 1, 0, 1,
    ]);
  });
});
