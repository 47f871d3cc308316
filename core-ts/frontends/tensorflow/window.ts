import { attr } from "../../graph/attributes.ts";
import type { Attribute } from "../../graph/graph.ts";
import { attrInts, attrString, type Dims, type TfNode } from "./node.ts";
import { channelsFirst, Refused, type TensorValue } from "./value.ts";

/** How a convolution or pooling goes over its input: numbers of the spatial axes only. */
export interface Window {
  readonly rank: number;
  readonly isChannelsLast: boolean;
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: string;
  /** Begins and ends of padding EXPLICIT; undefined for the others. */
  readonly explicit?: readonly (readonly [number, number])[];
}

/** Axes of height, width (and depth). */
export const spatialAxes = ({ rank, isChannelsLast }: Pick<Window, "rank" | "isChannelsLast">): number[] =>
  Array.from({ length: rank - 2 }, (_, i) => i + (isChannelsLast ? 1 : 2));

/** The order in which ONNX wants the input. */
export const imageOrder = ({ rank, isChannelsLast }: Pick<Window, "rank" | "isChannelsLast">) =>
  isChannelsLast ? channelsFirst(rank) : undefined;

export const channelAxis = ({ rank, isChannelsLast }: Pick<Window, "rank" | "isChannelsLast">): number =>
  isChannelsLast ? rank - 1 : 1;

/** @param kernel sizes along the spatial axes, or undefined to take them from attribute ksize. @throws Refused */
export function windowOf(node: TfNode, rank: number, kernel?: readonly number[]): Window {
  const format = attrString(node, "data_format", rank === 5 ? "NDHWC" : "NHWC");
  const place = { rank, isChannelsLast: format.endsWith("C") };
  const axes = spatialAxes(place);
  const along = (name: string): number[] => {
    const all = attrInts(node, name);
    if (all.length === 0) return axes.map(() => 1);
    const others = all.filter((_, axis) => !axes.includes(axis));
    if (others.some((value) => value !== 1)) throw new Refused(`${name} over the batch or the channels`);
    return axes.map((axis) => all[axis]!);
  };
  const pads = attrInts(node, "explicit_paddings");
  const padding = attrString(node, "padding", "VALID");
  const explicit = axes.map((axis) => [pads[2 * axis] ?? 0, pads[2 * axis + 1] ?? 0] as const);
  return {
    ...place,
    kernel: kernel ?? along("ksize"),
    strides: along("strides"),
    dilations: along("dilations"),
    padding,
    ...(padding === "EXPLICIT" ? { explicit } : {}),
  };
}

/** [before, after] of one axis; null where the size is open and the padding depends on it. */
function padsOf(window: Window, i: number, size: number | null): readonly [number, number] | null {
  if (window.explicit) return window.explicit[i]!;
  if (window.padding !== "SAME") return [0, 0];
  const reach = (window.kernel[i]! - 1) * window.dilations[i]! + 1;
  const stride = window.strides[i]!;
  if (size === null && stride !== 1) return null;
  const rest = size === null ? reach - 1 : (Math.ceil(size / stride) - 1) * stride + reach - size;
  const total = Math.max(rest, 0);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

/** Size of one axis behind the window. */
function sizeBehind(window: Window, i: number, size: number | null): number | null {
  const pads = padsOf(window, i, size);
  if (size === null) return null;
  const reach = (window.kernel[i]! - 1) * window.dilations[i]! + 1;
  return Math.floor((size + pads![0] + pads![1] - reach) / window.strides[i]!) + 1;
}

/** Attributes of Conv and the poolings, and the sizes behind them. */
export function slide(window: Window, x: TensorValue): { attrs: Record<string, Attribute>; sizes: Dims } {
  const sizes = spatialAxes(window).map((axis) => x.dims?.[axis] ?? null);
  const pads = sizes.map((size, i) => padsOf(window, i, size));
  const attrs: Record<string, Attribute> = {
    kernel_shape: attr.ints(window.kernel),
    strides: attr.ints(window.strides),
  };
  if (pads.some((pad) => pad === null)) attrs.auto_pad = attr.string("SAME_UPPER");
  else attrs.pads = attr.ints([...pads.map((pad) => pad![0]), ...pads.map((pad) => pad![1])]);
  return { attrs, sizes: sizes.map((size, i) => sizeBehind(window, i, size)) };
}

/** The shape of an image batch with other channels and sizes, in the original's order. */
export function imageDims(window: Window, batch: number | null, channels: number | null, sizes: Dims): Dims {
  return window.isChannelsLast ? [batch, ...sizes, channels] : [batch, channels, ...sizes];
}
