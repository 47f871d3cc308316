import { attr } from "../../../graph/attributes.ts";
import type { Attribute } from "../../../graph/graph.ts";
import type { OpContext, OpConverter } from "../context.ts";
import type { Value } from "../value.ts";

type Attributes = Readonly<Record<string, Attribute>>;

/** Factors that were given, one an axis; scale_factors of `.vec`, scales_h and scales_w, or scales of one axis. */
function factorsOf(ctx: OpContext, axes: number): number[] | undefined {
  if (ctx.has("scale_factors")) return ctx.numbers("scale_factors");
  const names = axes === 1 ? ["scales"] : ["scales_d", "scales_h", "scales_w"].slice(3 - axes);
  const found = names.filter((name) => ctx.has(name)).map((name) => ctx.number(name));
  return found.length === axes ? found : undefined;
}

function resized(ctx: OpContext, attributes: Attributes): Value {
  const x = ctx.tensor(ctx.has("input") ? "input" : "self");
  const axes = x.rank - 2;
  const factors = factorsOf(ctx, axes);
  ctx.ignore("output_size", "scales", "scales_d", "scales_h", "scales_w");
  // Positions are computed from the factors where there are some, as torch does.
  if (factors) {
    const scales = ctx.floats("scales", [1, 1, ...factors]);
    return ctx.emit("Resize", [x.name, "", scales], attributes);
  }
  const sizes = ctx.output().dims.slice(2);
  const known = sizes.map((size) => (typeof size === "number" ? size : ctx.refuse("an output of open size")));
  // `axes` leaves the batch and the channels as they are.
  const only = { ...attributes, axes: attr.ints(sizes.map((_, i) => i + 2)) };
  return ctx.emit("Resize", [x.name, "", "", ctx.int64s("sizes", known)], only);
}

const nearest: OpConverter = (ctx) => [
  resized(ctx, {
    mode: attr.string("nearest"),
    coordinate_transformation_mode: attr.string("asymmetric"),
    nearest_mode: attr.string("floor"),
  }),
];

const nearestExact: OpConverter = (ctx) => [
  resized(ctx, {
    mode: attr.string("nearest"),
    coordinate_transformation_mode: attr.string("half_pixel"),
    nearest_mode: attr.string("round_prefer_ceil"),
  }),
];

const interpolated =
  (mode: "linear" | "cubic"): OpConverter =>
  (ctx) => {
    const corners = ctx.flag("align_corners");
    return [
      resized(ctx, {
        mode: attr.string(mode),
        coordinate_transformation_mode: attr.string(corners ? "align_corners" : "half_pixel"),
        ...(mode === "cubic" ? { cubic_coeff_a: attr.float(-0.75) } : {}),
      }),
    ];
  };

export const RESIZINGS = {
  upsample_nearest1d: nearest,
  upsample_nearest2d: nearest,
  upsample_nearest3d: nearest,
  _upsample_nearest_exact1d: nearestExact,
  _upsample_nearest_exact2d: nearestExact,
  upsample_linear1d: interpolated("linear"),
  upsample_bilinear2d: interpolated("linear"),
  upsample_bicubic2d: interpolated("cubic"),
} as const satisfies Record<string, OpConverter>;
