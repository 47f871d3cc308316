import { attr } from "../../../graph/attributes.ts";
import type { Convert } from "../convert.ts";
import type { Emitter } from "../emitter.ts";
import type { Dims } from "../node.ts";
import { rankedDims, wholeNumbers } from "../settle.ts";
import { Refused, type TensorValue } from "../value.ts";
import { channelAxis, imageDims, imageOrder, slide, spatialAxes, type Window, windowOf } from "../window.ts";

/** Sizes of the kernel, from weights [spatial ..., in, out]. */
export function kernelOf(weights: TensorValue): number[] {
  const dims = rankedDims(weights, "weights");
  if (dims.some((dim) => dim === null)) throw new Refused("weights of unknown shape");
  return dims.slice(0, -2) as number[];
}

/** Weights [spatial ..., a, b] with b and a in front, as ONNX has them. */
const weightOrder = (rank: number): number[] => [
  rank - 1,
  rank - 2,
  ...Array.from({ length: rank - 2 }, (_, i) => i),
];

interface Convolution {
  readonly window: Window;
  readonly weights: TensorValue;
  readonly group: number;
  readonly channels: number | null;
}

/** @param weights in ONNX's order already. */
function convolve(
  x: TensorValue,
  { window, weights, group, channels }: Convolution,
  to: Emitter,
): TensorValue {
  const order = imageOrder(window);
  const { attrs, sizes } = slide(window, x);
  const type = {
    dtype: x.dtype,
    dims: imageDims(window, x.dims![0]!, channels, sizes),
    ...(order ? { perm: order } : {}),
  };
  return to.emit("Conv", [to.arrange(x, order), weights], type, {
    ...attrs,
    dilations: attr.ints(window.dilations),
    group: attr.int(group),
  });
}

/** Conv2D, Conv3D with a window of its own: the group follows from the channels that the weights take. */
export function denseConvolution(
  x: TensorValue,
  weights: TensorValue,
  window: Window,
  to: Emitter,
): TensorValue {
  const [taken, made] = weights.dims!.slice(-2);
  const given = x.dims![channelAxis(window)];
  const group = given && taken ? given / taken : 1;
  const rank = window.rank;
  return convolve(
    x,
    { window, weights: to.arrange(weights, weightOrder(rank)), group, channels: made ?? null },
    to,
  );
}

/** Weights [h, w, channels, multiplier] → [channels · multiplier, 1, h, w]. */
export function depthwiseConvolution(
  x: TensorValue,
  weights: TensorValue,
  window: Window,
  to: Emitter,
): TensorValue {
  const [h, w, channels, multiplier] = weights.dims as readonly number[];
  const made = channels! * multiplier!;
  const shape = [made, 1, h!, w!];
  const order = multiplier === 1 ? [2, 3, 0, 1] : undefined;
  const ordered = to.arrange(weights, order ?? [2, 3, 0, 1]);
  const { perm: _, ...flat } = ordered;
  const reshaped =
    to.reshapedConstant(flat, shape) ??
    to.emit("Reshape", [ordered, to.ints(shape, "shape")], { dtype: x.dtype, dims: shape }, {}, "weights");
  const taken = multiplier === 1 ? ordered : reshaped;
  return convolve(x, { window, weights: taken, group: channels!, channels: made }, to);
}

const conv: Convert = (node, [x, weights], to) => {
  const { length } = rankedDims(x!, "an image");
  return denseConvolution(x!, weights!, windowOf(node, length, kernelOf(weights!)), to);
};

const depthwise: Convert = (node, [x, weights], to) => {
  const { length } = rankedDims(x!, "an image");
  return depthwiseConvolution(x!, weights!, windowOf(node, length, kernelOf(weights!)), to);
};

interface Extent {
  readonly size: number;
  readonly made: number;
}

/** Padding of the forward convolution that is turned round, and what is missing at the end. */
function transposedPads(
  window: Window,
  i: number,
  { size, made }: Extent,
): readonly [number, number, number] {
  const reach = (window.kernel[i]! - 1) * window.dilations[i]! + 1;
  const whole = (size - 1) * window.strides[i]! + reach;
  if (window.explicit) {
    const [begin, end] = window.explicit[i]!;
    return [begin, end, made - (whole - begin - end)];
  }
  const total = window.padding === "SAME" ? Math.max(whole - made, 0) : 0;
  const begin = Math.floor(total / 2);
  return [begin, total - begin, made - (whole - total)];
}

/** The gradient of a convolution by its input: inputs are the size of what is made, weights [spatial ..., made, taken], and the data. */
const transposed: Convert = (node, [shape, weights, x], to) => {
  const rank = rankedDims(x!, "an image").length;
  const window = windowOf(node, rank, kernelOf(weights!));
  const axes = spatialAxes(window);
  const wanted: Dims =
    shape!.known?.length === rank - 2 ? shape!.known : axes.map((axis) => shape!.known?.[axis] ?? null);
  const taken = axes.map((axis) => x!.dims![axis]!);
  if ([...wanted, ...taken].some((size) => size === null))
    throw new Refused("a transposed convolution whose size is computed at run time");
  const pads = axes.map((_, i) => transposedPads(window, i, { size: taken[i]!, made: wanted[i]! }));
  const order = imageOrder(window);
  const made = weights!.dims!.at(-2)!;
  const type = {
    dtype: x!.dtype,
    dims: imageDims(window, x!.dims![0]!, made, wanted),
    ...(order ? { perm: order } : {}),
  };
  return to.emit("ConvTranspose", [to.arrange(x!, order), to.arrange(weights!, weightOrder(rank))], type, {
    kernel_shape: attr.ints(window.kernel),
    strides: attr.ints(window.strides),
    dilations: attr.ints(window.dilations),
    pads: attr.ints([...pads.map(([begin]) => begin), ...pads.map(([, end]) => end)]),
    output_padding: attr.ints(pads.map(([, , rest]) => rest)),
  });
};

/** SpaceToBatchND → convolution → BatchToSpaceND is one convolution with dilation. Inputs: x, weights, block, paddings, crops. */
export function dilated(isDepthwise: boolean): Convert {
  return (node, [x, weights, block, paddings, crops], to) => {
    const rank = rankedDims(x!, "an image").length;
    const steps = wholeNumbers(block, "a block size");
    const [pads, cuts] = [wholeNumbers(paddings, "paddings"), wholeNumbers(crops, "crops")];
    const inner = windowOf(node, rank, kernelOf(weights!));
    if (inner.padding !== "VALID" || inner.strides.some((stride) => stride !== 1) || !inner.isChannelsLast)
      throw new Refused("a convolution with padding or strides between SpaceToBatchND and BatchToSpaceND");
    // Depthwise convolutions over one axis leave the other alone.
    const along = (values: readonly number[], i: number, each: number, at: number, none: number) =>
      i < steps.length ? values[i * each + at]! : none;
    const spatial = inner.kernel.map((_, i) => i);
    const explicit = spatial.map((i) => {
      const [begin, end] = [0, 1].map((at) => along(pads, i, 2, at, 0) - along(cuts, i, 2, at, 0));
      if (begin! < 0 || end! < 0) throw new Refused("SpaceToBatchND whose padding is cut off again");
      return [begin!, end!] as const;
    });
    const window = {
      ...inner,
      padding: "EXPLICIT",
      explicit,
      dilations: spatial.map((i) => along(steps, i, 1, 0, 1)),
    };
    return (isDepthwise ? depthwiseConvolution : denseConvolution)(x!, weights!, window, to);
  };
}

export const CONVOLUTION: Readonly<Record<string, Convert>> = {
  Conv2D: conv,
  Conv2DBackpropInput: transposed,
  Conv3D: conv,
  Conv3DBackpropInputV2: transposed,
  DepthwiseConv2dNative: depthwise,
};
