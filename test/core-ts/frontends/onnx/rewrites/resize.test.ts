import { attr } from "../../../../../core-ts/graph/attributes.ts";
import type { Attribute } from "../../../../../core-ts/graph/graph.ts";
import { int64Tensor } from "../../../../../core-ts/tensor/tensor.ts";
import { type Case, describeRewrites, floats, x4 } from "./cases.ts";

const resizes: Case[] = (
  [
    [1, 1, 2, 3],
    [1, 1, 1.5, 1.7],
    [1, 1, 0.6, 0.35],
    [1, 1, 2, 0.6],
    [1, 1, 0.4, 1.6],
  ] as const
).flatMap((scales): Case[] =>
  ["nearest", "linear"].flatMap((mode): Case[] => {
    const what = `${mode} ${scales}`;
    const mixed = mode === "nearest" && Math.max(...scales) > 1 && Math.min(...scales) < 1;
    const becomes = mixed ? ["Resize", "Resize"] : ["Resize"];
    const attrs = { mode: attr.string(mode) };
    const resize: Case = {
      op: "Resize",
      what,
      opsets: [10, 10],
      inputs: [x4, floats(...scales)],
      attrs,
      becomes,
    };
    if (Math.min(...scales) < 1) return [resize];
    const old: Record<string, Attribute> = { ...attrs, scales: { kind: "floats", value: scales } };
    return [
      resize,
      { op: "Upsample", what, opsets: [7, 8], inputs: [x4], attrs: old, becomes },
      { ...resize, op: "Upsample", opsets: [9, 9] },
    ];
  }),
);

const empty = floats();
const resizesOf11: Case[] = ["half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn"].map(
  (mode): Case => ({
    op: "Resize",
    what: `${mode}, empty scales`,
    opsets: [11, 12],
    inputs: [x4, empty, empty, int64Tensor([2, 4, 9, 10])],
    attrs: { coordinate_transformation_mode: attr.string(mode) },
  }),
);

/** As tf2onnx writes it; every nearest_mode, larger and smaller. */
const halfPixelForNearest: Case[] = ["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"].flatMap(
  (rounding) =>
    [
      [2, 4, 10, 12],
      [2, 4, 3, 2],
    ].map(
      (sizes): Case => ({
        op: "Resize",
        what: `tf_half_pixel_for_nn, ${rounding}, to ${sizes}`,
        opsets: [11, 12],
        inputs: [x4, empty, empty, int64Tensor(sizes)],
        attrs: {
          coordinate_transformation_mode: attr.string("tf_half_pixel_for_nn"),
          nearest_mode: attr.string(rounding),
        },
      }),
    ),
);

describeRewrites("Upsample and Resize", [...resizes, ...resizesOf11, ...halfPixelForNearest]);
