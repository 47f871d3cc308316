import { attr } from "../../../graph/attributes.ts";
import type { Convert, OpContext, Operand } from "../context.ts";

interface Along {
  readonly axes: readonly number[];
  readonly keeps: boolean;
}

/** Which axes are reduced; all when none is named. The names of the attributes vary from op to op. */
function along(ctx: OpContext, x: Operand, names: readonly [dim: string, keep: string]): Along {
  const given = ctx.numbers(names[0]).map((axis) => ctx.axis(axis, x));
  const isAll = ctx.flag("reduce_all", false) || given.length === 0;
  return { axes: isAll ? x.dims.map((_, axis) => axis) : given, keeps: ctx.flag(names[1], false) };
}

/** @param value of the rank of x. */
function reduced(ctx: OpContext, op: string, value: string, { axes, keeps }: Along): string {
  if (axes.length === 0) return value;
  return ctx.step(op, [value, ctx.ints("axes", axes)], "reduced", { keepdims: attr.int(keeps ? 1 : 0) });
}

const rankBehind = (x: Operand, { axes, keeps }: Along): number => x.dims.length - (keeps ? 0 : axes.length);

const reduce =
  (op: string, names: readonly [string, string] = ["dim", "keep_dim"]): Convert =>
  (ctx) => {
    const x = ctx.input("X");
    const over = along(ctx, x, names);
    ctx.settle(reduced(ctx, op, x.value, over), rankBehind(x, over));
  };

/** All or any of flags. */
const reduceFlags =
  (op: string): Convert =>
  (ctx) => {
    const x = ctx.input("X");
    const over = along(ctx, x, ["dim", "keep_dim"]);
    const made = reduced(ctx, op, ctx.cast(x.value, "int32", "numbers"), over);
    ctx.settle(ctx.cast(made, "bool", "flags"), rankBehind(x, over));
  };

/** (sum |x|^p)^(1/p); the largest for p = inf. */
function pNorm(ctx: OpContext) {
  const x = ctx.input("X");
  const p = ctx.number("porder", 2);
  const axis = ctx.axis(ctx.number("axis", -1), x);
  const isVector = ctx.flag("asvector", false);
  const axes = isVector ? x.dims.map((_, i) => i) : [axis];
  const over: Along = { axes, keeps: ctx.flag("keepdim", false) };
  ctx.settle(normOf(ctx, x.value, [p, over]), rankBehind(x, over));
}

function normOf(ctx: OpContext, value: string, [p, over]: readonly [number, Along]): string {
  if (p === 1) return reduced(ctx, "ReduceL1", value, over);
  if (p === 2) return reduced(ctx, "ReduceL2", value, over);
  const sizes = ctx.step("Abs", [value], "sizes");
  if (p === Number.POSITIVE_INFINITY) return reduced(ctx, "ReduceMax", sizes, over);
  if (p === Number.NEGATIVE_INFINITY) return reduced(ctx, "ReduceMin", sizes, over);
  if (p === 0) return ctx.refuse("order 0");
  const powers = ctx.step("Pow", [sizes, ctx.scalar("p", p)], "powers");
  return ctx.step("Pow", [reduced(ctx, "ReduceSum", powers, over), ctx.scalar("root", 1 / p)], "norm");
}

const argOf =
  (op: string): Convert =>
  (ctx) => {
    const x = ctx.input("X");
    const isFlat = ctx.flag("flatten", false);
    const value = isFlat ? ctx.reshaped(x.value, [-1], "flat") : x.value;
    const axis = isFlat ? 0 : ctx.axis(ctx.knownBy("axis", ["Axis"])[0] ?? -1, x);
    const keeps = ctx.flag("keepdims", false);
    const made = ctx.step(op, [value], "found", { axis: attr.int(axis), keepdims: attr.int(keeps ? 1 : 0) });
    const { dtype } = ctx.output();
    const typed = dtype === "int64" ? made : ctx.cast(made, dtype, "typed");
    ctx.settle(typed, (isFlat ? 1 : x.dims.length) - (keeps ? 0 : 1));
  };

interface Ranking {
  readonly k: string;
  readonly axis: number;
  readonly largest: boolean;
}

function topOf(ctx: OpContext, x: Operand, { k, axis, largest }: Ranking) {
  const names = ["Out", "Indices"].map((slot) => ctx.outputName(slot));
  const attrs = { axis: attr.int(axis), largest: attr.int(largest ? 1 : 0), sorted: attr.int(1) };
  const [values, indices] = ctx.graph.nodes("TopK", [x.value, k], names, attrs);
  ctx.bind(values!, "Out");
  ctx.bind(indices!, "Indices");
}

function topK(ctx: OpContext) {
  const x = ctx.input("X");
  const k = ctx.asValue(ctx.givenBy("k", ["K"]), "k");
  topOf(ctx, x, { k, axis: ctx.axis(ctx.number("axis", -1), x), largest: ctx.flag("largest", true) });
}

function argSort(ctx: OpContext) {
  const x = ctx.input("X");
  const axis = ctx.axis(ctx.number("axis", -1), x);
  const size = x.dims[axis]!;
  const shape = () =>
    ctx.step("Shape", [x.value], "shape", { start: attr.int(axis), end: attr.int(axis + 1) });
  topOf(ctx, x, {
    k: size < 0 ? shape() : ctx.ints("k", [size]),
    axis,
    largest: ctx.flag("descending", false),
  });
}

export const REDUCTION = {
  reduce_sum: reduce("ReduceSum"),
  reduce_mean: reduce("ReduceMean"),
  reduce_max: reduce("ReduceMax"),
  reduce_min: reduce("ReduceMin"),
  reduce_prod: reduce("ReduceProd"),
  reduce_amax: reduce("ReduceMax"),
  reduce_amin: reduce("ReduceMin"),
  reduce_all: reduceFlags("ReduceMin"),
  reduce_any: reduceFlags("ReduceMax"),
  mean: reduce("ReduceMean"),
  frobenius_norm: reduce("ReduceL2"),
  logsumexp: reduce("ReduceLogSumExp", ["axis", "keepdim"]),
  p_norm: pNorm,
  arg_max: argOf("ArgMax"),
  arg_min: argOf("ArgMin"),
  top_k: topK,
  top_k_v2: topK,
  argsort: argSort,
} as const satisfies Readonly<Record<string, Convert>>;
