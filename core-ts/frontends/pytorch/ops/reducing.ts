import { attr } from "../../../graph/attributes.ts";
import { DTYPE_CODES } from "../../../tensor/dtype.ts";
import type { OpContext, OpConverter } from "../context.ts";
import type { Value } from "../value.ts";
import { cast } from "./operand.ts";

interface Over {
  readonly x: Value;
  /** Empty: all. */
  readonly axes: readonly number[];
  readonly keepdims: boolean;
}

function over(ctx: OpContext): Over {
  const x = ctx.tensor("self");
  const axes = ctx.ints("dim").map((one) => ctx.axis(one, x.rank));
  return { x, axes, keepdims: ctx.flag("keepdim") };
}

const axesInput = (ctx: OpContext, axes: readonly number[]): string[] =>
  axes.length === 0 ? [] : [ctx.int64s("axes", axes)];

const keep = (keepdims: boolean) => ({ keepdims: attr.int(Number(keepdims)) });

const reduce =
  (op: string): OpConverter =>
  (ctx) => {
    const { x, axes, keepdims } = over(ctx);
    ctx.ignore("dtype");
    const inputs = [cast(ctx, x, ctx.output().dtype), ...axesInput(ctx, axes)];
    return [ctx.emit(op, inputs, keep(keepdims))];
  };

/** The extreme value along an axis and where it is; without an axis, or between two tensors, only the value. */
const extreme =
  (reduced: string, index: string, between: string): OpConverter =>
  (ctx) => {
    if (ctx.isTensor("other")) {
      return [ctx.emit(between, [ctx.tensor("self").name, ctx.tensor("other").name])];
    }
    const { x, axes, keepdims } = over(ctx);
    const value = ctx.emit(reduced, [x.name, ...axesInput(ctx, axes)], keep(keepdims));
    if (ctx.outputCount < 2) return [value];
    return [value, ctx.emit(index, [x.name], { axis: attr.int(axes[0]!), ...keep(keepdims) }, 1)];
  };

const position =
  (op: string): OpConverter =>
  (ctx) => {
    const { x, axes, keepdims } = over(ctx);
    if (axes.length > 0) return [ctx.emit(op, [x.name], { axis: attr.int(axes[0]!), ...keep(keepdims) })];
    const flat = ctx.step("Reshape", [x.name, ctx.int64s("shape", [-1])], "flat");
    return [ctx.emit(op, [flat], { axis: attr.int(0), ...keep(false) })];
  };

function ordered(ctx: OpContext, x: Value, count: string, largest: boolean): Value[] {
  const axis = attr.int(ctx.axis(ctx.int("dim", -1), x.rank));
  const attributes = { axis, largest: attr.int(Number(largest)), sorted: attr.int(1) };
  const names = ctx.graph.nodes("TopK", [x.name, count], [ctx.outputName(0), ctx.outputName(1)], attributes);
  return names.map((name, i) => ctx.made(name, i));
}

const topk: OpConverter = (ctx) => {
  ctx.ignore("sorted");
  const count = ctx.env.vector([ctx.count("k")], ctx.inner("k"));
  return ordered(ctx, ctx.tensor("self"), count, ctx.flag("largest", true));
};

const sort: OpConverter = (ctx) => {
  ctx.ignore("stable");
  const x = ctx.tensor("self");
  const axis = ctx.axis(ctx.int("dim", -1), x.rank);
  const count = ctx.env.vector([ctx.env.sizeOf(x, axis)], ctx.inner("count"));
  return ordered(ctx, x, count, ctx.flag("descending"));
};

const cumulate: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  ctx.ignore("dtype");
  const axis = ctx.constant("axis", {
    dtype: "int64",
    dims: [],
    data: BigInt64Array.of(BigInt(ctx.axis(ctx.int("dim"), x.rank))),
  });
  return [ctx.emit("CumSum", [cast(ctx, x, ctx.output().dtype), axis])];
};

/** Mean of squared distances from the mean, over count - correction. */
const variance =
  (isRoot: boolean): OpConverter =>
  (ctx) => {
    const { x, axes, keepdims } = over(ctx);
    const reduced = axes.length > 0 ? axes : x.dims.map((_, axis) => axis);
    const correction = ctx.has("unbiased") ? Number(ctx.flag("unbiased")) : ctx.number("correction", 1);
    const count = reduced.reduce((product: number, axis) => {
      const size = x.dims[axis];
      return product * (typeof size === "number" ? size : ctx.refuse("an open size"));
    }, 1);
    const axesName = ctx.int64s("axes", reduced);
    const mean = ctx.step("ReduceMean", [x.name, axesName], "mean", keep(true));
    const off = ctx.step("Sub", [x.name, mean], "off");
    const squares = ctx.step("Mul", [off, off], "squares");
    const isLast = (last: boolean, op: string, inputs: string[], attrs = {}) =>
      last ? ctx.emit(op, inputs, attrs) : ctx.made(ctx.step(op, inputs, op.toLowerCase(), attrs));
    const plain = isLast(correction === 0 && !isRoot, "ReduceMean", [squares, axesName], keep(keepdims));
    const factor = ctx.scalar("factor", count / Math.max(count - correction, 0));
    const scaled = correction === 0 ? plain : isLast(!isRoot, "Mul", [plain.name, factor]);
    const result = isRoot ? ctx.emit("Sqrt", [scaled.name]) : scaled;
    if (ctx.outputCount < 2) return [result];
    return [result, ctx.emit("ReduceMean", [x.name, axesName], keep(keepdims), 1)];
  };

/** Whether any or all are true: the largest or smallest of 0 and 1. */
const truth =
  (op: string): OpConverter =>
  (ctx) => {
    const { x, axes, keepdims } = over(ctx);
    const isTrue = cast(ctx, x, "bool");
    const ints = ctx.step("Cast", [isTrue], "ints", { to: attr.int(DTYPE_CODES.int32) });
    const found = ctx.step(op, [ints, ...axesInput(ctx, axes)], "found", keep(keepdims));
    return [ctx.emit("Cast", [found], { to: attr.int(DTYPE_CODES.bool) })];
  };

export const REDUCTIONS = {
  mean: reduce("ReduceMean"),
  sum: reduce("ReduceSum"),
  prod: reduce("ReduceProd"),
  amax: reduce("ReduceMax"),
  amin: reduce("ReduceMin"),
  logsumexp: reduce("ReduceLogSumExp"),
  max: extreme("ReduceMax", "ArgMax", "Max"),
  min: extreme("ReduceMin", "ArgMin", "Min"),
  argmax: position("ArgMax"),
  argmin: position("ArgMin"),
  topk,
  sort,
  cumsum: cumulate,
  var: variance(false),
  std: variance(true),
  var_mean: variance(false),
  std_mean: variance(true),
  any: truth("ReduceMax"),
  all: truth("ReduceMin"),
} as const satisfies Record<string, OpConverter>;
