import { attr } from "../../../graph/attributes.ts";
import type { Attribute } from "../../../graph/graph.ts";
import type { Convert, OpContext } from "../context.ts";
import { windowAttributes, windowsOf } from "./convolution.ts";
import { type ChannelsFirst, channelsFirst } from "./layout.ts";

type Kind = "max" | "avg";

const WHOLE = { max: "GlobalMaxPool", avg: "GlobalAveragePool" } as const;
const WINDOWED = { max: "MaxPool", avg: "AveragePool" } as const;
const REDUCED = { max: "ReduceMax", avg: "ReduceMean" } as const;

function kindOf(ctx: OpContext): Kind {
  const kind = ctx.text("pooling_type", "max");
  return kind === "max" || kind === "avg" ? kind : ctx.refuse(`pooling_type ${kind}`);
}

/** Bin i of an axis goes from floor(i size / bins) to ceil((i + 1) size / bins): each is sliced out and reduced, axis after axis. */
function bins(ctx: OpContext, kind: Kind, value: string, place: readonly [number, number, number]): string {
  const [axis, size, count] = place;
  const made = Array.from({ length: count }, (_, i) => {
    const ends = [Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)] as const;
    const [from, to, along] = [...ends, axis].map((n) => ctx.ints("bin", [n])) as [string, string, string];
    const part = ctx.step("Slice", [value, from, to, along], "bin");
    return ctx.step(REDUCED[kind], [part, along], "binned", { keepdims: attr.int(1) });
  });
  return made.length === 1 ? made[0]! : ctx.step("Concat", made, "bins", { axis: attr.int(axis) });
}

/** Into bins of equal size where the size divides, else bin by bin. */
function adaptive(ctx: OpContext, kind: Kind, x: ChannelsFirst) {
  const wanted = ctx.numbers("ksize");
  const sizes = x.dims.slice(2);
  const counts = wanted.map((count, i) => (count === -1 ? sizes[i]! : count));
  if (counts.every((count) => count === 1)) return x.emit(WHOLE[kind], [x.value], {}, "Out");
  if (sizes.some((size) => size < 0)) {
    ctx.refuse(`adaptive bins ${wanted.join("x")} of an open size (export with a fixed size)`);
  }
  if (counts.every((count, i) => sizes[i]! % count === 0)) {
    const kernel = attr.ints(counts.map((count, i) => sizes[i]! / count));
    return x.emit(WINDOWED[kind], [x.value], { kernel_shape: kernel, strides: kernel }, "Out");
  }
  let value = x.value;
  for (const [i, count] of counts.entries()) value = bins(ctx, kind, value, [i + 2, sizes[i]!, count]);
  x.emit("Identity", [value], {}, "Out");
}

/** Padding counts as far as it is real padding, but not past it; ONNX leaves open what holds where ceil_mode reaches past it. */
function average(ctx: OpContext, x: ChannelsFirst, attrs: Record<string, Attribute>) {
  const isExclusive = ctx.flag("exclusive", true);
  const pads = attrs.pads?.kind === "ints" ? attrs.pads.value : [];
  const isPadded = attrs.auto_pad !== undefined || pads.some((pad) => pad > 0);
  if (isExclusive || !isPadded || !ctx.flag("ceil_mode", false)) {
    const counted = isExclusive || !isPadded ? 0 : 1;
    return x.emit("AveragePool", [x.value], { ...attrs, count_include_pad: attr.int(counted) }, "Out");
  }
  if (pads.length === 0) ctx.refuse("padding SAME, ceil_mode and exclusive = false together");
  const half = pads.length / 2;
  const around = [0, 0, ...pads.slice(0, half), 0, 0, ...pads.slice(half)];
  const padded = ctx.step("Pad", [x.value, ctx.ints("pads", around)], "padded");
  x.emit("AveragePool", [padded], { ...attrs, pads: attr.ints(pads.map(() => 0)) }, "Out");
}

function pool(ctx: OpContext) {
  const kind = kindOf(ctx);
  const x = channelsFirst(ctx, ctx.input("X"));
  if (ctx.flag("global_pooling", false)) return x.emit(WHOLE[kind], [x.value], {}, "Out");
  if (ctx.flag("adaptive", false)) return adaptive(ctx, kind, x);
  const axes = x.dims.length - 2;
  const kernel = ctx.numbers("ksize");
  const attrs = {
    kernel_shape: attr.ints(kernel),
    ...windowAttributes(windowsOf(ctx, axes)),
    ceil_mode: attr.int(ctx.number("ceil_mode", 0)),
  };
  if (kind === "max") return x.emit("MaxPool", [x.value], attrs, "Out");
  average(ctx, x, attrs);
}

/** Also tells where the maxima were, within an image. */
function maxWithIndex(ctx: OpContext) {
  if (ctx.isUsed("Mask")) ctx.refuse("a mask that is used");
  const x = channelsFirst(ctx, ctx.input("X"));
  if (ctx.flag("global_pooling", false)) return x.emit("GlobalMaxPool", [x.value], {}, "Out");
  if (ctx.flag("adaptive", false)) return adaptive(ctx, "max", x);
  const attrs = {
    kernel_shape: attr.ints(ctx.numbers("ksize")),
    ...windowAttributes(windowsOf(ctx, x.dims.length - 2)),
  };
  x.emit("MaxPool", [x.value], { ...attrs, ceil_mode: attr.int(ctx.number("ceil_mode", 0)) }, "Out");
}

export const POOLING = {
  pool2d: pool,
  pool3d: pool,
  max_pool2d_with_index: maxWithIndex,
  max_pool3d_with_index: maxWithIndex,
} as const satisfies Readonly<Record<string, Convert>>;
