import { attr } from "../../../graph/attributes.ts";
import { type Tensor, tensor } from "../../../tensor/tensor.ts";
import type { OpContext, OpConverter } from "../context.ts";
import { type Count, Value } from "../value.ts";
import { cast } from "./operand.ts";

const FAR = Number.MAX_SAFE_INTEGER;

/** Part of an axis of `x`, as a step inside of the call. */
function part(
  ctx: OpContext,
  x: string,
  axis: number,
  [from, to]: readonly [Count, Count],
  what: string,
): string {
  const ends = [from, to].map((one, i) => ctx.env.vector([one], ctx.inner(i === 0 ? "from" : "to")));
  return ctx.step("Slice", [x, ...ends, ctx.int64s("axes", [axis])], what);
}

interface Range {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
}

/** `changed` in place of the range of `base`. */
function replaced(ctx: OpContext, base: Value, changed: string, { axis, from, to }: Range): string {
  const size = base.dims[axis];
  if (typeof size !== "number") ctx.refuse("a change in a part of an axis of open size");
  const parts = [
    ...(from > 0 ? [part(ctx, base.name, axis, [0, from], "front")] : []),
    changed,
    ...(to < size ? [part(ctx, base.name, axis, [to, size], "back")] : []),
  ];
  return parts.length === 1 ? changed : ctx.step("Concat", parts, "written", { axis: attr.int(axis) });
}

/** A bound as torch cuts it off; undefined for an open one. */
function bound(value: Count, size: number | string | undefined): number | undefined {
  if (typeof value !== "number" || typeof size !== "number") return undefined;
  return Math.min(Math.max(value < 0 ? value + size : value, 0), size);
}

/** What a change of the part does to the whole: known only for parts without gaps. */
function noteView(ctx: OpContext, range: Range | undefined, selects: boolean): void {
  const self = ctx.call.inputs.get("self");
  if (self?.kind !== "tensor" || !range) return;
  const writeBack = (changed: Value, base: Value): Value => {
    const whole = selects
      ? ctx.step("Unsqueeze", [changed.name, ctx.int64s("axes", [range.axis])], "whole")
      : changed.name;
    return new Value(replaced(ctx, base, whole, range), base.dtype, base.dims);
  };
  ctx.view = { base: self.name, writeBack };
}

const slice: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  const axis = ctx.axis(ctx.int("dim", 0), x.rank);
  const [from, to, step] = [ctx.count("start", 0), ctx.count("end", FAR), ctx.int("step", 1)];
  const [first, last] = [bound(from, x.dims[axis]), bound(to, x.dims[axis])];
  if (step === 1 && first !== undefined && last !== undefined) {
    noteView(ctx, { axis, from: first, to: Math.max(first, last) }, false);
  }
  const isAll = from === 0 && step === 1 && typeof to === "number" && to >= FAR;
  // A view of all of it is the thing itself.
  if (isAll || (step === 1 && first === 0 && last === x.dims[axis])) {
    ctx.view = undefined;
    return [x];
  }
  const ends = [from, to].map((one, i) => ctx.env.vector([one], ctx.inner(i === 0 ? "from" : "to")));
  const steps = step === 1 ? [] : [ctx.int64s("steps", [step])];
  return [ctx.emit("Slice", [x.name, ...ends, ctx.int64s("axes", [axis]), ...steps])];
};

const narrow: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  const axis = ctx.axis(ctx.int("dim"), x.rank);
  const start = ctx.int("start");
  const inputs = [ctx.int64s("from", [start]), ctx.int64s("to", [start + ctx.int("length")])];
  return [ctx.emit("Slice", [x.name, ...inputs, ctx.int64s("axes", [axis])])];
};

const scalarIndex = (value: number): Tensor => tensor("int64", [], BigInt64Array.of(BigInt(value)));

const select: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  const axis = ctx.axis(ctx.int("dim"), x.rank);
  const index = ctx.int("index");
  const at = bound(index, x.dims[axis]);
  noteView(ctx, at === undefined ? undefined : { axis, from: at, to: at + 1 }, true);
  return [ctx.emit("Gather", [x.name, ctx.constant("index", scalarIndex(index))], { axis: attr.int(axis) })];
};

const sliceScatter: OpConverter = (ctx) => {
  const [x, source] = [ctx.tensor("self"), ctx.tensor("src")];
  const axis = ctx.axis(ctx.int("dim", 0), x.rank);
  if (ctx.int("step", 1) !== 1) ctx.refuse("a step");
  const size = x.dims[axis];
  const [from, to] = [bound(ctx.count("start", 0), size), bound(ctx.count("end", FAR), size)];
  if (from === undefined || to === undefined) return ctx.refuse("an open range");
  return [ctx.made(replaced(ctx, x, source.name, { axis, from, to }))];
};

const selectScatter: OpConverter = (ctx) => {
  const [x, source] = [ctx.tensor("self"), ctx.tensor("src")];
  const axis = ctx.axis(ctx.int("dim"), x.rank);
  const at = bound(ctx.int("index"), x.dims[axis]);
  if (at === undefined) return ctx.refuse("an open range");
  const whole = ctx.step("Unsqueeze", [source.name, ctx.int64s("axes", [axis])], "whole");
  return [ctx.made(replaced(ctx, x, whole, { axis, from: at, to: at + 1 }))];
};

const indexSelect: OpConverter = (ctx) => {
  const [x, index] = [ctx.tensor("self"), ctx.tensor("index")];
  return [ctx.emit("Gather", [x.name, index.name], { axis: attr.int(ctx.axis(ctx.int("dim"), x.rank)) })];
};

const gather: OpConverter = (ctx) => {
  ctx.ignore("sparse_grad");
  const [x, index] = [ctx.tensor("self"), ctx.tensor("index")];
  return [
    ctx.emit("GatherElements", [x.name, index.name], {
      axis: attr.int(ctx.axis(ctx.int("dim"), x.rank)),
    }),
  ];
};

const embedding: OpConverter = (ctx) => {
  ctx.ignore("padding_idx", "scale_grad_by_freq", "sparse");
  return [ctx.emit("Gather", [ctx.tensor("weight").name, ctx.tensor("indices").name], { axis: attr.int(0) })];
};

interface Index {
  readonly axis: number;
  readonly value: Value;
}

/** The indices of several axes as the rows that GatherND takes, and how many axes they span. */
function rowsOf(ctx: OpContext, given: readonly Index[]): readonly [rows: string, rank: number] {
  const ints = given.map(({ value }) => cast(ctx, value, "int64"));
  const isOneShape = new Set(given.map(({ value }) => value.dims.join())).size === 1;
  // A sum with zeros broadcasts them to one shape.
  const zeros = isOneShape ? [] : ints.map((name) => ctx.step("Sub", [name, name], "zero"));
  const like = ints.map((name, i) =>
    zeros.reduce((sum, zero, j) => (i === j ? sum : ctx.step("Add", [sum, zero], "index")), name),
  );
  const rank = Math.max(...given.map(({ value }) => value.rank));
  const last = ctx.int64s("axes", [rank]);
  const columns = like.map((name) => ctx.step("Unsqueeze", [name, last], "column"));
  return [ctx.step("Concat", columns, "indices", { axis: attr.int(rank) }), rank];
}

/** x[i, :, j]: the indexed axes go to the front; what they give stands where they stood, if they follow each other. */
function indexSeveral(ctx: OpContext, x: Value, given: readonly Index[]): Value {
  const axes = given.map(({ axis }) => axis);
  const rest = x.dims.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const order = [...axes, ...rest];
  const isLeading = order.every((axis, i) => axis === i);
  const moved = isLeading ? x.name : ctx.step("Transpose", [x.name], "moved", { perm: attr.ints(order) });
  const [rows, rank] = rowsOf(ctx, given);
  const isAdjacent = axes.every((axis, i) => axis === axes[0]! + i);
  const before = isAdjacent ? axes[0]! : 0;
  if (before === 0) return ctx.emit("GatherND", [moved, rows]);
  const found = ctx.step("GatherND", [moved, rows], "found");
  const total = rank + rest.length;
  const back = Array.from({ length: total }, (_, i) => {
    if (i < before) return rank + i;
    return i < before + rank ? i - before : i;
  });
  return ctx.emit("Transpose", [found], { perm: attr.ints(back) });
}

const index: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  const given = ctx.optionals("indices").flatMap((value, axis) => (value ? [{ axis, value }] : []));
  if (given.some(({ value }) => value.dtype === "bool")) ctx.refuse("a mask as its index");
  const [first] = given;
  if (!first) return [x];
  if (given.length > 1) return [indexSeveral(ctx, x, given)];
  const inputs = [x.name, cast(ctx, first.value, "int64")];
  return [ctx.emit("Gather", inputs, { axis: attr.int(first.axis) })];
};

const triangle =
  (upper: number): OpConverter =>
  (ctx) => {
    const k = ctx.constant("diagonal", scalarIndex(ctx.int("diagonal", 0)));
    return [ctx.emit("Trilu", [ctx.tensor("self").name, k], { upper: attr.int(upper) })];
  };

export const INDEXINGS = {
  slice,
  slice_copy: slice,
  narrow,
  select,
  select_copy: select,
  slice_scatter: sliceScatter,
  select_scatter: selectScatter,
  index_select: indexSelect,
  gather,
  embedding,
  index,
  tril: triangle(0),
  triu: triangle(1),
} as const satisfies Record<string, OpConverter>;
