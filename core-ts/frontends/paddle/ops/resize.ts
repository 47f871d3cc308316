import { attr } from "../../../graph/attributes.ts";
import type { Attribute } from "../../../graph/graph.ts";
import type { Convert, OpContext } from "../context.ts";
import { type ChannelsFirst, channelsFirst, isChannelsLast } from "./layout.ts";

type Attributes = Record<string, Attribute>;
const SIZES = ["out_d", "out_h", "out_w"];

/** Which point of the input each point of the output is (interpolate_function.h). */
function coordinates(ctx: OpContext, mode: "nearest" | "linear" | "cubic"): Attributes {
  const aligned = ctx.flag("align_corners", true);
  const named = (coordinate: string): Attributes => ({
    mode: attr.string(mode),
    coordinate_transformation_mode: attr.string(coordinate),
  });
  if (mode === "nearest") {
    // Half goes up where corners are aligned: floor(x + 0.5).
    const rounding = attr.string(aligned ? "round_prefer_ceil" : "floor");
    return { ...named(aligned ? "align_corners" : "asymmetric"), nearest_mode: rounding };
  }
  const cubic: Attributes = mode === "cubic" ? { cubic_coeff_a: attr.float(-0.75) } : {};
  if (aligned) return { ...named("align_corners"), ...cubic };
  const isAsymmetric = mode === "linear" && ctx.number("align_mode", 1) === 1;
  return { ...named(isAsymmetric ? "asymmetric" : "half_pixel"), ...cubic };
}

/** Sizes of the output that are given, along the spatial axes. */
function givenSizes(ctx: OpContext, axes: number): readonly number[] | string | undefined {
  const fromTensors = ctx.givenBy("", ["SizeTensor", "OutSize"]);
  if (fromTensors.length > 0) return fromTensors;
  const sizes = SIZES.slice(-axes).map((name) => ctx.number(name, -1));
  return sizes.every((size) => size > 0) ? sizes : undefined;
}

/** Factors that are given; they come before sizes among the attributes. */
function givenScales(ctx: OpContext, axes: number): readonly number[] | string | undefined {
  const scales = ctx.optional("Scale") ? ctx.givenBy("scale", []) : ctx.numbers("scale");
  const tensor = ctx.optional("Scale");
  const known = tensor ? ctx.numbersOf(tensor) : scales;
  if (!known) return tensor ? ctx.reshaped(tensor.value, [-1], "scale") : undefined;
  if (typeof known === "string" || known.length === 0 || known.some((scale) => scale <= 0)) return undefined;
  return known.length === axes ? known : Array.from({ length: axes }, () => known[0]!);
}

function resizeBySizes(
  ctx: OpContext,
  x: ChannelsFirst,
  sizes: readonly number[] | string,
  attrs: Attributes,
) {
  const head = ctx.step("Shape", [x.value], "head", { start: attr.int(0), end: attr.int(2) });
  const whole = ctx.step("Concat", [head, ctx.asValue(sizes, "sizes")], "outSize", { axis: attr.int(0) });
  x.emit("Resize", [x.value, "", "", whole], attrs, "Out");
}

function resizeByScales(
  ctx: OpContext,
  x: ChannelsFirst,
  scales: readonly number[] | string,
  attrs: Attributes,
) {
  if (typeof scales !== "string") {
    return x.emit("Resize", [x.value, "", ctx.floats("scales", [1, 1, ...scales])], attrs, "Out");
  }
  const head = ctx.floats("head", [1, 1]);
  const axes = x.dims.length - 2;
  const tail = ctx.step("Expand", [scales, ctx.ints("axes", [axes])], "tail");
  const whole = ctx.step("Concat", [head, tail], "scales", { axis: attr.int(0) });
  x.emit("Resize", [x.value, "", whole], attrs, "Out");
}

const resize =
  (mode: "nearest" | "linear" | "cubic"): Convert =>
  (ctx) => {
    const x = channelsFirst(ctx, ctx.input("X"), "data_layout");
    const axes = x.dims.length - 2;
    const attrs = coordinates(ctx, mode);
    const hasTensor = ctx.optional("SizeTensor") ?? ctx.optional("OutSize");
    const scales = hasTensor ? undefined : givenScales(ctx, axes);
    if (scales) return resizeByScales(ctx, x, scales, attrs);
    const sizes = givenSizes(ctx, axes);
    if (!sizes) return ctx.refuse("neither a size nor a scale");
    resizeBySizes(ctx, x, sizes, attrs);
  };

function gridSample(ctx: OpContext) {
  const mode = { bilinear: "linear", nearest: "nearest" }[ctx.text("mode", "bilinear")];
  const padding = { zeros: "zeros", border: "border", reflection: "reflection" }[
    ctx.text("padding_mode", "zeros")
  ];
  if (!mode || !padding)
    return ctx.refuse(`mode ${ctx.text("mode", "")} and padding ${ctx.text("padding_mode", "")}`);
  const attrs = {
    mode: attr.string(mode),
    padding_mode: attr.string(padding),
    align_corners: attr.int(ctx.number("align_corners", 1)),
  };
  ctx.emit("GridSample", [ctx.input("X").value, ctx.input("Grid").value], attrs, "Output");
}

const PAD_MODES: Readonly<Record<string, string>> = {
  constant: "constant",
  reflect: "reflect",
  edge: "edge",
  replicate: "edge",
  circular: "wrap",
};

interface Pads {
  readonly mode: string;
  readonly value: number;
  /** Of all axes: before each, then after each. */
  readonly pads: readonly number[];
}

function pad(ctx: OpContext, { mode, value, pads }: Pads) {
  const x = ctx.input("X");
  const named = PAD_MODES[mode] ?? ctx.refuse(`mode ${mode}`);
  const inputs = [x.value, ctx.ints("pads", pads)];
  if (named === "constant") inputs.push(ctx.scalar("value", value, x.dtype));
  ctx.emit("Pad", inputs, { mode: attr.string(named) });
}

/** @param pairs before and after, of the spatial axes in their order. */
function spatialPads(ctx: OpContext, pairs: readonly (readonly [number, number])[]): readonly number[] {
  const none = [0, 0] as const;
  const all = isChannelsLast(ctx) ? [none, ...pairs, none] : [none, none, ...pairs];
  return [...all.map(([before]) => before), ...all.map(([, after]) => after)];
}

const paired = (flat: readonly number[]): [number, number][] =>
  flat.flatMap((before, i) => (i % 2 === 0 ? [[before, flat[i + 1]!] as [number, number]] : []));

/** Top, bottom, left, right. */
function pad2d(ctx: OpContext) {
  const pads = spatialPads(ctx, paired(ctx.knownBy("paddings", ["Paddings"])));
  pad(ctx, { mode: ctx.text("mode", "constant"), value: ctx.number("pad_value", 0), pads });
}

/** Left, right, top, bottom, front, back: from the last axis to the first. */
function pad3d(ctx: OpContext) {
  const pads = spatialPads(ctx, paired(ctx.knownBy("paddings", ["Paddings"])).reverse());
  pad(ctx, { mode: ctx.text("mode", "constant"), value: ctx.number("value", 0), pads });
}

function padAll(ctx: OpContext) {
  const pairs = paired(ctx.numbers("paddings"));
  const pads = [...pairs.map(([before]) => before), ...pairs.map(([, after]) => after)];
  pad(ctx, { mode: "constant", value: ctx.number("pad_value", 0), pads });
}

export const RESIZE = {
  nearest_interp: resize("nearest"),
  nearest_interp_v2: resize("nearest"),
  linear_interp: resize("linear"),
  linear_interp_v2: resize("linear"),
  bilinear_interp: resize("linear"),
  bilinear_interp_v2: resize("linear"),
  trilinear_interp: resize("linear"),
  trilinear_interp_v2: resize("linear"),
  bicubic_interp: resize("cubic"),
  bicubic_interp_v2: resize("cubic"),
  grid_sampler: gridSample,
  pad2d,
  pad3d,
  pad: padAll,
} as const satisfies Readonly<Record<string, Convert>>;
