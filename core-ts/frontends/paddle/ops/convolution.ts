import { attr } from "../../../graph/attributes.ts";
import type { Attribute } from "../../../graph/graph.ts";
import type { Convert, OpContext } from "../context.ts";
import { type ChannelsFirst, channelsFirst } from "./layout.ts";

/** Where windows lie along the spatial axes. */
export interface Windows {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Paddings before and after every axis; "SAME" when they depend on the size (padded more at the end). */
  readonly pads: readonly [before: readonly number[], after: readonly number[]] | "SAME";
}

/** One number is for all axes. */
const spread = (given: readonly number[], axes: number): readonly number[] =>
  given.length === axes ? given : Array.from({ length: axes }, () => given[0] ?? 1);

/** Paddings: one an axis, one before and one after every axis, or the same with batch and channels in front. */
function explicitPads(ctx: OpContext, axes: number): readonly [readonly number[], readonly number[]] {
  const all = ctx.numbers("paddings", [0]);
  const given = all.length === 2 * (axes + 2) ? all.slice(4) : all;
  if (given.length === 2 * axes) {
    return [given.filter((_, i) => i % 2 === 0), given.filter((_, i) => i % 2 === 1)];
  }
  if (given.length === axes || given.length === 1) return [spread(given, axes), spread(given, axes)];
  return ctx.refuse(`paddings ${all.join(" ")}`);
}

export function windowsOf(ctx: OpContext, axes: number): Windows {
  const strides = spread(ctx.numbers("strides", [1]), axes);
  const dilations = spread(ctx.numbers("dilations", [1]), axes);
  const none = strides.map(() => 0);
  const algorithm = ctx.text("padding_algorithm", "EXPLICIT");
  switch (algorithm) {
    // Paddle takes no dilation where it pads by itself.
    case "SAME":
      return { strides, dilations: strides.map(() => 1), pads: "SAME" };
    case "VALID":
      return { strides, dilations, pads: [none, none] };
    case "EXPLICIT":
      return { strides, dilations, pads: explicitPads(ctx, axes) };
    default:
      return ctx.refuse(`padding_algorithm ${algorithm}`);
  }
}

export function windowAttributes({ strides, dilations, pads }: Windows): Record<string, Attribute> {
  const placed: Record<string, Attribute> =
    pads === "SAME" ? { auto_pad: attr.string("SAME_UPPER") } : { pads: attr.ints([...pads[0], ...pads[1]]) };
  return { strides: attr.ints(strides), dilations: attr.ints(dilations), ...placed };
}

/** Fused activations stand only in programs that were optimised for one device. */
function refuseFused(ctx: OpContext) {
  const fused = ctx.text("fuse_activation", "") || (ctx.flag("fuse_relu", false) ? "relu" : "");
  if (fused !== "") ctx.refuse(`fused activation ${fused}`);
  if (ctx.optional("ResidualData")) ctx.refuse("a fused residual input");
}

function parts(ctx: OpContext): [ChannelsFirst, readonly number[], string[]] {
  refuseFused(ctx);
  const [x, filter, bias] = [
    channelsFirst(ctx, ctx.input("Input")),
    ctx.input("Filter"),
    ctx.optional("Bias"),
  ];
  return [x, filter.dims, [x.value, filter.value, ...(bias ? [bias.value] : [])]];
}

function conv(ctx: OpContext) {
  const [x, filter, inputs] = parts(ctx);
  const kernel = filter.slice(2);
  const attrs = {
    group: attr.int(ctx.number("groups", 1)),
    kernel_shape: attr.ints(kernel),
    ...windowAttributes(windowsOf(ctx, kernel.length)),
  };
  x.emit("Conv", inputs, attrs, "Output");
}

/** SAME pads a transposed convolution as it would pad a convolution of its input. */
function knownPads(
  ctx: OpContext,
  { pads, strides }: Windows,
  [sizes, kernel]: readonly [readonly number[], readonly number[]],
): readonly [readonly number[], readonly number[]] {
  if (pads !== "SAME") return pads;
  if (sizes.some((size) => size < 0)) return ctx.refuse("padding SAME and an open size");
  const sums = sizes.map((size, i) =>
    Math.max(0, (Math.ceil(size / strides[i]!) - 1) * strides[i]! + kernel[i]! - size),
  );
  return [sums.map((sum) => Math.floor(sum / 2)), sums.map((sum) => sum - Math.floor(sum / 2))];
}

/** What the output is longer than the windows make it. */
function outputPadding(
  ctx: OpContext,
  windows: Windows,
  [sizes, kernel, pads]: readonly [readonly number[], readonly number[], readonly (readonly number[])[]],
): readonly number[] {
  const wanted = ctx.knownBy("output_size", ["OutputSizeTensor", "OutputSizeTensorList"]);
  if (wanted.length === 0) return ctx.numbers("output_padding");
  if (sizes.some((size) => size < 0)) return ctx.refuse("an output_size and an open input size");
  const full = spread(wanted, kernel.length);
  return full.map((size, i) => {
    const reach = windows.dilations[i]! * (kernel[i]! - 1) + 1;
    return size - ((sizes[i]! - 1) * windows.strides[i]! - pads[0]![i]! - pads[1]![i]! + reach);
  });
}

function convTranspose(ctx: OpContext) {
  const [x, filter, inputs] = parts(ctx);
  const kernel = filter.slice(2);
  const sizes = x.dims.slice(2);
  const windows = windowsOf(ctx, kernel.length);
  const pads = knownPads(ctx, windows, [sizes, kernel]);
  const more = outputPadding(ctx, windows, [sizes, kernel, pads]);
  const attrs = {
    group: attr.int(ctx.number("groups", 1)),
    kernel_shape: attr.ints(kernel),
    ...windowAttributes({ ...windows, pads }),
    ...(more.length > 0 ? { output_padding: attr.ints(more) } : {}),
  };
  x.emit("ConvTranspose", inputs, attrs, "Output");
}

export const CONVOLUTION = {
  conv2d: conv,
  depthwise_conv2d: conv,
  conv3d: conv,
  conv2d_transpose: convTranspose,
  depthwise_conv2d_transpose: convTranspose,
  conv3d_transpose: convTranspose,
} as const satisfies Readonly<Record<string, Convert>>;
