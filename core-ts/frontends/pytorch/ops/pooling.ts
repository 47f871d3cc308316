import { attr } from "../../../graph/attributes.ts";
import type { OpContext, OpConverter } from "../context.ts";
import { Value } from "../value.ts";
import { perAxis } from "./convolution.ts";

interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly pads: readonly number[];
  readonly isCeil: boolean;
}

const axesOf = (ctx: OpContext): number => Number(/(\d)d/.exec(ctx.op)![1]);

/** Sizes of the pooled axes. */
function sizesOf(ctx: OpContext, x: Value, axes: number): number[] {
  return x.dims
    .slice(x.rank - axes)
    .map((size) => (typeof size === "number" ? size : ctx.refuse("an input of open size")));
}

/** The input with a batch and channels in front: torch also pools what has no batch. */
function batched(ctx: OpContext, axes: number): Value {
  const x = ctx.tensor("self");
  return x.rank === axes + 2 ? x : ctx.refuse("an input without a batch");
}

function windowsOf(ctx: OpContext, axes: number): Windows {
  const kernel = perAxis(ctx, "kernel_size", axes, 1);
  const hasStride = ctx.ints("stride").length > 0;
  return {
    kernel,
    stride: hasStride ? perAxis(ctx, "stride", axes, 1) : kernel,
    pads: perAxis(ctx, "padding", axes, 0),
    isCeil: ctx.flag("ceil_mode"),
  };
}

const attributesOf = ({ kernel, stride, pads, isCeil }: Windows) => ({
  kernel_shape: attr.ints(kernel),
  strides: attr.ints(stride),
  pads: attr.ints([...pads, ...pads]),
  ceil_mode: attr.int(Number(isCeil)),
});

const maxPool: OpConverter = (ctx) => {
  const axes = axesOf(ctx);
  const x = batched(ctx, axes);
  const dilations = attr.ints(perAxis(ctx, "dilation", axes, 1));
  const pooled = ctx.emit("MaxPool", [x.name], { ...attributesOf(windowsOf(ctx, axes)), dilations });
  if (ctx.outputCount < 2) return [pooled];
  return [pooled, Value.refused(`${ctx.op} whose indices are used`, "int64", ctx.output(1).dims)];
};

const averagePool: OpConverter = (ctx) => {
  const axes = axesOf(ctx);
  const x = batched(ctx, axes);
  const windows = windowsOf(ctx, axes);
  const isPadded = windows.pads.some((one) => one !== 0);
  const includes = ctx.flag("count_include_pad", true) && isPadded;
  if (ctx.has("divisor_override")) ctx.refuse("divisor_override");
  const attributes = { ...attributesOf(windows), count_include_pad: attr.int(Number(includes)) };
  return [ctx.emit("AveragePool", [x.name], attributes)];
};

/** Row o averages the inputs that torch takes for output o: from floor(o·size/out) to ceil((o+1)·size/out). */
function averages(size: number, out: number): number[] {
  return Array.from({ length: out }, (_, o) => {
    const [from, to] = [Math.floor((o * size) / out), Math.ceil(((o + 1) * size) / out)];
    return Array.from({ length: size }, (_, i) => (i >= from && i < to ? 1 / (to - from) : 0));
  }).flat();
}

/** An average of windows of unlike sizes, as products with constant matrices. */
function unevenAverage(ctx: OpContext, x: Value, sizes: readonly number[], outs: readonly number[]): Value {
  if (sizes.length > 2) ctx.refuse("windows of unlike sizes");
  const [size, out] = [sizes.at(-1)!, outs.at(-1)!];
  const right = averages(size, out);
  const turned = Array.from({ length: size * out }, (_, i) => right[(i % out) * size + Math.floor(i / out)]!);
  const inputs = [x.name, ctx.floats("columns", turned, [size, out])];
  if (sizes.length === 1) return ctx.emit("MatMul", inputs);
  const rows = ctx.floats("rows", averages(sizes[0]!, outs[0]!), [outs[0]!, sizes[0]!]);
  return ctx.emit("MatMul", [rows, ctx.step("MatMul", inputs, "averaged")]);
}

const adaptivePool =
  (kind: "Average" | "Max"): OpConverter =>
  (ctx) => {
    const axes = axesOf(ctx);
    const x = batched(ctx, axes);
    ctx.ignore("output_size");
    const outs = sizesOf(ctx, new Value("", "float32", ctx.output().dims), axes);
    const pooled = (): Value => {
      if (outs.every((out) => out === 1)) return ctx.emit(`Global${kind}Pool`, [x.name]);
      const sizes = sizesOf(ctx, x, axes);
      if (sizes.every((size, i) => size % outs[i]! === 0)) {
        const kernel = attr.ints(sizes.map((size, i) => size / outs[i]!));
        return ctx.emit(`${kind}Pool`, [x.name], { kernel_shape: kernel, strides: kernel });
      }
      return kind === "Average" ? unevenAverage(ctx, x, sizes, outs) : ctx.refuse("windows of unlike sizes");
    };
    const indices = Value.refused(`${ctx.op} whose indices are used`, "int64", ctx.output(1).dims);
    return ctx.outputCount > 1 ? [pooled(), indices] : [pooled()];
  };

export const POOLINGS = {
  max_pool1d: maxPool,
  max_pool2d: maxPool,
  max_pool3d: maxPool,
  max_pool2d_with_indices: maxPool,
  max_pool3d_with_indices: maxPool,
  avg_pool1d: averagePool,
  avg_pool2d: averagePool,
  avg_pool3d: averagePool,
  adaptive_avg_pool1d: adaptivePool("Average"),
  adaptive_avg_pool2d: adaptivePool("Average"),
  _adaptive_avg_pool2d: adaptivePool("Average"),
  adaptive_avg_pool3d: adaptivePool("Average"),
  adaptive_max_pool1d: adaptivePool("Max"),
  adaptive_max_pool2d: adaptivePool("Max"),
} as const satisfies Record<string, OpConverter>;
