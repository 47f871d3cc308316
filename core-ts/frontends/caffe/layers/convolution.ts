/** Convolution and Deconvolution of any number of spatial axes (caffe.proto, ConvolutionParameter). */
import { attr } from "../../../graph/attributes.ts";
import type { Blob, LayerContext, LayerConverter } from "../context.ts";
import type { Fields } from "../text/fields.ts";

interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly pad: readonly number[];
  readonly dilation: readonly number[];
}

/** One number for every spatial axis, one for all of them, or NAME_h and NAME_w. */
export function spatial(
  ctx: LayerContext,
  param: Fields,
  name: string,
  [all, axes, fallback]: readonly [all: string, axes: number, fallback: number | undefined],
): number[] {
  const pair = [param.int(`${name}_h`, undefined), param.int(`${name}_w`, undefined)];
  const list = param.ints(all);
  if (pair.some((one) => one !== undefined)) {
    if (axes !== 2 || list.length > 0) throw ctx.broken(`gives ${name}_h or ${name}_w beside ${all}`);
    const both = pair.map((one) => one ?? fallback);
    if (both.every((one) => one !== undefined)) return both;
    throw ctx.broken(`gives only one of ${name}_h and ${name}_w`);
  }
  if (list.length === 0 && fallback === undefined) throw ctx.broken(`has no ${all}`);
  if (list.length !== 0 && list.length !== 1 && list.length !== axes) {
    throw ctx.broken(`gives ${list.length} numbers as ${all}, and its bottom has ${axes} spatial axes`);
  }
  return Array.from({ length: axes }, (_, i) => list[i] ?? list[0] ?? fallback!);
}

function windowsOf(ctx: LayerContext, param: Fields, axes: number): Windows {
  const windows = {
    kernel: spatial(ctx, param, "kernel", ["kernel_size", axes, undefined]),
    stride: spatial(ctx, param, "stride", ["stride", axes, 1]),
    pad: spatial(ctx, param, "pad", ["pad", axes, 0]),
    dilation: spatial(ctx, param, "dilation", ["dilation", axes, 1]),
  };
  const { kernel, stride, dilation } = windows;
  if ([...kernel, ...stride, ...dilation].some((n) => n < 1))
    throw ctx.broken("has a kernel, stride or dilation below 1");
  return windows;
}

const windowAttributes = ({ kernel, stride, pad, dilation }: Windows) => ({
  kernel_shape: attr.ints(kernel),
  strides: attr.ints(stride),
  pads: attr.ints([...pad, ...pad]),
  dilations: attr.ints(dilation),
});

const reach = ({ kernel, dilation }: Windows, i: number): number => dilation[i]! * (kernel[i]! - 1) + 1;

/** Sizes of the spatial axes that come out. */
function outputSizes(windows: Windows, sizes: readonly number[], isTransposed: boolean): number[] {
  return sizes.map((size, i) => {
    const [stride, pads] = [windows.stride[i]!, 2 * windows.pad[i]!];
    return isTransposed
      ? stride * (size - 1) + reach(windows, i) - pads
      : Math.floor((size + pads - reach(windows, i)) / stride) + 1;
  });
}

interface Kind {
  readonly op: "Conv" | "ConvTranspose";
  /** One filter a channel, whatever `group` says. */
  readonly isDepthwise?: boolean;
}

function convolve(ctx: LayerContext, { op, isDepthwise }: Kind): Blob[] {
  const param = ctx.param("convolution_param");
  const [, channels = 0, ...sizes] = ctx.bottom().dims;
  if (ctx.axis(param.int("axis", 1)) !== 1) ctx.refuse("convolution along an axis other than 1");
  const isTransposed = op === "ConvTranspose";
  const given = param.int("group", 1);
  const group = isDepthwise ? channels : given;
  const outputs = param.int("num_output", isDepthwise ? channels : 0);
  const windows = windowsOf(ctx, param, sizes.length);
  const out = outputSizes(windows, sizes, isTransposed);
  if (outputs < 1 || group < 1 || channels % group !== 0 || outputs % group !== 0) {
    throw ctx.broken(`makes ${outputs} channels of ${channels} in ${group} groups, which does not divide`);
  }
  if (out.some((size) => size < 1))
    throw ctx.broken(`has a window larger than its bottom of ${sizes.join("x")}`);
  const [rows, columns] = isTransposed ? [channels, outputs] : [outputs, channels];
  const constants = [ctx.weight(0, [rows, columns / group, ...windows.kernel])];
  if (param.bool("bias_term", true)) constants.push(ctx.weight(1, [outputs]));
  const attributes = { ...windowAttributes(windows), group: attr.int(group) };
  return ctx.bottoms.map(({ value, dims }, i) => {
    if (dims.join() !== ctx.bottom().dims.join()) throw ctx.broken("has bottoms of several shapes");
    return ctx.top(op, [value, ...constants], [dims[0]!, outputs, ...out], attributes, i);
  });
}

const depthwise: LayerConverter = (ctx) => convolve(ctx, { op: "Conv", isDepthwise: true });

export const CONVOLUTIONS = {
  Convolution: (ctx) => convolve(ctx, { op: "Conv" }),
  Deconvolution: (ctx) => convolve(ctx, { op: "ConvTranspose" }),
  // Names that forks with a faster depthwise kernel use; their files give group as well.
  ConvolutionDepthwise: depthwise,
  DepthwiseConvolution: depthwise,
} as const satisfies Record<string, LayerConverter>;
