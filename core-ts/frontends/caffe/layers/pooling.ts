/** Pooling, SPP: Caffe's windows (pooling_layer.cpp) as ONNX pools with explicit pads, never ceil_mode. */
import { attr } from "../../../graph/attributes.ts";
import type { Attributes, Blob, LayerContext, LayerConverter } from "../context.ts";
import type { Fields } from "../text/fields.ts";
import { spatial } from "./convolution.ts";

export type Pool = "MAX" | "AVE" | "STOCHASTIC";
const POOLS = { MAX: 0, AVE: 1, STOCHASTIC: 2 };
const ROUNDS = { CEIL: 0, FLOOR: 1 };

/** Windows along one axis. */
export interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly out: number;
}

/** The number of windows is rounded up; with padding, a last window that would begin behind the image is left out. */
export function poolAxis(axis: Omit<Axis, "out">, round: keyof typeof ROUNDS): Axis {
  const { size, kernel, stride, pad } = axis;
  const steps = (size + 2 * pad - kernel) / stride;
  let out = (round === "CEIL" ? Math.ceil(steps) : Math.floor(steps)) + 1;
  if (pad > 0 && (out - 1) * stride >= size + pad) out -= 1;
  return { ...axis, out };
}

/** How far the last window reaches past the image. */
const overhang = ({ size, kernel, stride, pad, out }: Axis): number =>
  Math.max(0, (out - 1) * stride + kernel - size - pad);

function attributes(axes: readonly Axis[], before: readonly number[], after: readonly number[]) {
  return {
    kernel_shape: attr.ints(axes.map(({ kernel }) => kernel)),
    strides: attr.ints(axes.map(({ stride }) => stride)),
    pads: attr.ints([...before, ...after]),
  };
}

/** An op and its inputs that pool `value`, written by whoever names the result. */
type Emit = (op: string, inputs: readonly string[], attrs: Attributes) => string;

/**
 * The average counts padding, but only inside of the padded image. ONNX counts all of it or none, so where windows also reach past the padded
 * image, the padding is made real first and what is past it is not counted.
 */
function average(ctx: LayerContext, value: string, axes: readonly Axis[], emit: Emit): string {
  const pads = axes.map(({ pad }) => pad);
  const past = axes.map((axis) => Math.max(0, overhang(axis) - axis.pad));
  const isPadded = pads.some((pad) => pad > 0);
  if (!isPadded || past.every((n) => n === 0)) {
    const after = isPadded ? axes.map(overhang) : past;
    const counted = { count_include_pad: attr.int(isPadded ? 1 : 0) };
    return emit("AveragePool", [value], { ...attributes(axes, pads, after), ...counted });
  }
  const around = ctx.ints("pads", [0, 0, ...pads, 0, 0, ...pads]);
  const padded = ctx.step("Pad", [value, around], "padded");
  const none = pads.map(() => 0);
  return emit("AveragePool", [padded], { ...attributes(axes, none, past), count_include_pad: attr.int(0) });
}

export function pool(
  ctx: LayerContext,
  value: string,
  [kind, axes]: readonly [Pool, readonly Axis[]],
  emit: Emit,
): string {
  if (kind === "STOCHASTIC") ctx.refuse("Pooling with pool STOCHASTIC");
  if (axes.some(({ out, stride, size, pad }) => out < 1 || (out - 1) * stride >= size + pad)) {
    throw ctx.broken("has a window outside of its bottom");
  }
  if (axes.some(({ pad, kernel }) => pad >= kernel)) throw ctx.broken("has padding as wide as its window");
  if (kind === "AVE") return average(ctx, value, axes, emit);
  const pads = axes.map(({ pad }) => pad);
  return emit("MaxPool", [value], attributes(axes, pads, axes.map(overhang)));
}

function axesOf(ctx: LayerContext, param: Fields, sizes: readonly number[]): Axis[] {
  const [axes, round] = [sizes.length, param.member("round_mode", ROUNDS, "CEIL")];
  const isGlobal = param.bool("global_pooling", false);
  const strides = spatial(ctx, param, "stride", ["stride", axes, 1]);
  const pads = spatial(ctx, param, "pad", ["pad", axes, 0]);
  const kernels = isGlobal ? sizes : spatial(ctx, param, "kernel", ["kernel_size", axes, undefined]);
  return sizes.map((size, i) =>
    poolAxis({ size, kernel: kernels[i]!, stride: strides[i]!, pad: pads[i]! }, round),
  );
}

/** The maxima, and where they were, for Upsample. */
function withMask(ctx: LayerContext, kind: Pool, axes: readonly Axis[]): Blob[] {
  if (kind !== "MAX") ctx.refuse(`Pooling with pool ${kind} and a second top`);
  const { value, dims } = ctx.bottom();
  const top = [...dims.slice(0, 2), ...axes.map(({ out }) => out)];
  let windows: Attributes = {};
  let values: string[] = [];
  pool(ctx, value, ["MAX", axes], (op, inputs, attrs) => {
    windows = attrs;
    values = ctx.graph.nodes(op, inputs, ctx.tops, attrs);
    return values[0]!;
  });
  return [
    { value: values[0]!, dims: top },
    { value: values[1]!, dims: top, maskOf: { dims, windows } },
  ];
}

function pooling(ctx: LayerContext): Blob[] {
  const param = ctx.param("pooling_param");
  const kind = param.member("pool", POOLS, "MAX");
  const { value, dims } = ctx.bottom();
  const [batch, channels, ...sizes] = dims as [number, number, ...number[]];
  if (sizes.length !== 2) ctx.refuse("Pooling of a blob that has not 4 axes");
  const axes = axesOf(ctx, param, sizes);
  const out = axes.map((axis) => axis.out);
  if (ctx.tops.length > 1) return withMask(ctx, kind, axes);
  const isWhole = axes.every(({ size, kernel, pad }) => kernel === size && pad === 0);
  const whole = { MAX: "GlobalMaxPool", AVE: "GlobalAveragePool", STOCHASTIC: undefined }[kind];
  if (isWhole && whole) return [ctx.top(whole, [value], [batch, channels, ...out])];
  const top = pool(ctx, value, [kind, axes], (op, inputs, attrs) => ctx.top(op, inputs, [], attrs).value);
  return [{ value: top, dims: [batch, channels, ...out] }];
}

/** Spatial pyramid pooling (He et al. 2014): level i has 2^i bins an axis (spp_layer.cpp, GetPoolingParam). */
function pyramid(ctx: LayerContext): Blob[] {
  const param = ctx.param("spp_param");
  const kind = param.member("pool", POOLS, "MAX");
  const { value, dims } = ctx.bottom();
  const [batch, channels, ...sizes] = dims as [number, number, ...number[]];
  let [bins, width] = [1, 0];
  const parts: string[] = [];
  for (let level = 0; level < param.int("pyramid_height", 0); level++, bins *= 2) {
    const axes = sizes.map((size) => {
      const kernel = Math.ceil(size / bins);
      return poolAxis(
        { size, kernel, stride: kernel, pad: Math.floor((kernel * bins - size + 1) / 2) },
        "CEIL",
      );
    });
    const pooled = pool(ctx, value, [kind, axes], (op, inputs, attrs) =>
      ctx.step(op, inputs, `level${level}`, attrs),
    );
    parts.push(ctx.step("Flatten", [pooled], `flat${level}`, { axis: attr.int(1) }));
    width += channels * axes.reduce((product, { out }) => product * out, 1);
  }
  if (parts.length === 0) throw ctx.broken("has no pyramid_height");
  return [ctx.top("Concat", parts, [batch, width], { axis: attr.int(1) })];
}

export const POOLINGS = { Pooling: pooling, SPP: pyramid } as const satisfies Record<string, LayerConverter>;
