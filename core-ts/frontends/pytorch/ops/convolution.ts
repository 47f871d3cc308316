import { attr } from "../../../graph/attributes.ts";
import type { OpContext, OpConverter } from "../context.ts";
import type { Value } from "../value.ts";

interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

/** One number for every axis, or one for all of them. */
export function perAxis(ctx: OpContext, name: string, axes: number, fallback: number): number[] {
  const found = ctx.ints(name, [fallback]);
  if (found.length !== 1 && found.length !== axes) ctx.refuse(`${found.length} numbers as ${name}`);
  return Array.from({ length: axes }, (_, i) => found[i] ?? found[0]!);
}

function kernelOf(ctx: OpContext, weight: Value): number[] {
  return weight.dims.slice(2).map((size) => (typeof size === "number" ? size : ctx.refuse("an open kernel")));
}

/** Padding in front and behind; "same" puts the odd one behind. */
function padding(
  ctx: OpContext,
  kernel: readonly number[],
  dilation: readonly number[],
): Pick<Windows, "begins" | "ends"> {
  if (ctx.overload !== "padding") {
    const pads = perAxis(ctx, "padding", kernel.length, 0);
    return { begins: pads, ends: pads };
  }
  const mode = ctx.text("padding", "valid");
  const totals = kernel.map((size, i) => (mode === "same" ? dilation[i]! * (size - 1) : 0));
  const begins = totals.map((total) => Math.floor(total / 2));
  return { begins, ends: totals.map((total, i) => total - begins[i]!) };
}

const shared = ({ kernel, stride, dilation, begins, ends }: Windows) => ({
  kernel_shape: attr.ints(kernel),
  strides: attr.ints(stride),
  dilations: attr.ints(dilation),
  pads: attr.ints([...begins, ...ends]),
});

function convolved(ctx: OpContext, isTransposed: boolean): readonly Value[] {
  const [x, weight, bias] = [ctx.tensor("input"), ctx.tensor("weight"), ctx.optional("bias")];
  const kernel = kernelOf(ctx, weight);
  const axes = kernel.length;
  if (x.rank !== axes + 2) ctx.refuse("an input without a batch");
  const dilation = perAxis(ctx, "dilation", axes, 1);
  const windows = {
    ...{ kernel, dilation, stride: perAxis(ctx, "stride", axes, 1) },
    ...padding(ctx, kernel, dilation),
  };
  const extra = perAxis(ctx, "output_padding", axes, 0);
  const attributes = {
    ...shared(windows),
    group: attr.int(ctx.int("groups", 1)),
    ...(isTransposed && extra.some((one) => one !== 0) ? { output_padding: attr.ints(extra) } : {}),
  };
  const inputs = [x.name, weight.name, ...(bias ? [bias.name] : [])];
  return [ctx.emit(isTransposed ? "ConvTranspose" : "Conv", inputs, attributes)];
}

const forward: OpConverter = (ctx) => convolved(ctx, false);
const backward: OpConverter = (ctx) => convolved(ctx, true);
const either: OpConverter = (ctx) => {
  ctx.ignore("benchmark", "deterministic", "cudnn_enabled", "allow_tf32");
  return convolved(ctx, ctx.flag("transposed"));
};

export const CONVOLUTIONS = {
  conv1d: forward,
  conv2d: forward,
  conv3d: forward,
  conv_transpose1d: backward,
  conv_transpose2d: backward,
  conv_transpose3d: backward,
  convolution: either,
  _convolution: either,
} as const satisfies Record<string, OpConverter>;
