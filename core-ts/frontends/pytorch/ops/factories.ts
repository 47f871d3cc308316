import { attr } from "../../../graph/attributes.ts";
import { DTYPE_CODES } from "../../../tensor/dtype.ts";
import { elementCount } from "../../../tensor/tensor.ts";
import type { OpContext, OpConverter } from "../context.ts";
import { filled, numbers } from "../tensors.ts";
import { type Count, Value } from "../value.ts";
import { cast } from "./operand.ts";

/** More elements than this are made when the model runs. */
const LARGEST_CONSTANT = 0x100_0000;

const NOT_READ = ["dtype", "pin_memory", "layout", "device", "memory_format"] as const;

/** A constant full of one number, which comes into the graph if something reads it. */
function full(ctx: OpContext, value: number, counts: readonly Count[]): Value {
  ctx.ignore(...NOT_READ);
  const { dtype, dims } = ctx.output();
  const sizes = dims.map((size) => (typeof size === "number" ? size : undefined));
  const known = sizes.every((size) => size !== undefined) ? (sizes as number[]) : undefined;
  if (known && elementCount(known) <= LARGEST_CONSTANT) {
    const content = filled(dtype, known, value, ctx);
    return new Value(() => ctx.graph.constant(ctx.outputName(), content), dtype, dims, {
      content,
      uniform: value,
    });
  }
  const make = () => {
    const shape = ctx.env.vector(counts, ctx.inner("shape"));
    return ctx.graph.node("Expand", [ctx.scalar("value", value, dtype), shape], ctx.outputName());
  };
  return new Value(make, dtype, dims, { uniform: value });
}

const of =
  (value: number): OpConverter =>
  (ctx) => {
    if (ctx.has("self")) ctx.ignore("self");
    return [full(ctx, value, ctx.counts("size"))];
  };

const filledWith: OpConverter = (ctx) => {
  ctx.ignore("self");
  const [value, counts] = [ctx.number("fill_value"), ctx.counts("size")];
  return [full(ctx, value, counts)];
};

function likeCounts(ctx: OpContext): Count[] {
  const x = ctx.tensor("self");
  return x.dims.map((_, axis) => ctx.env.sizeOf(x, axis));
}

const like =
  (value: number): OpConverter =>
  (ctx) => [full(ctx, value, likeCounts(ctx))];

const filledLike: OpConverter = (ctx) => [full(ctx, ctx.number("fill_value"), likeCounts(ctx))];

/** fill_(value), also with a tensor of no dimensions. */
const fill: OpConverter = (ctx) => {
  if (!ctx.isTensor("value")) return [full(ctx, ctx.number("value"), likeCounts(ctx))];
  const shape = ctx.env.vector(likeCounts(ctx), ctx.inner("shape"));
  return [ctx.emit("Expand", [cast(ctx, ctx.tensor("value"), ctx.output().dtype), shape])];
};

/** copy_(src): src in the shape and the type of what it is copied to. */
const copy: OpConverter = (ctx) => {
  ctx.ignore("non_blocking");
  const [x, source] = [ctx.tensor("self"), ctx.tensor("src")];
  const name = cast(ctx, source, x.dtype);
  if (source.dims.join() === x.dims.join()) return [new Value(name, x.dtype, x.dims)];
  return [ctx.emit("Expand", [name, ctx.env.vector(likeCounts(ctx), ctx.inner("shape"))])];
};

const scalarTensor: OpConverter = (ctx) => [full(ctx, ctx.number("s"), [])];

const arange: OpConverter = (ctx) => {
  ctx.ignore(...NOT_READ);
  const { dtype, dims } = ctx.output();
  const [count] = dims;
  if (typeof count === "number") {
    const [start, step] = [ctx.number("start", 0), ctx.number("step", 1)];
    ctx.ignore("end");
    const values = Array.from({ length: count }, (_, i) => start + i * step);
    const content = numbers(dtype, [count], values, ctx);
    return [new Value(() => ctx.graph.constant(ctx.outputName(), content), dtype, dims, { content })];
  }
  const part = (name: string, fallback: number) => {
    const axes = ctx.int64s("axes", [0]);
    const vector = ctx.env.vector([ctx.count(name, fallback)], ctx.inner(name));
    return ctx.step("Squeeze", [vector, axes], name);
  };
  const range = [part("start", 0), part("end", 0), part("step", 1)];
  if (dtype === "int64") return [ctx.emit("Range", range)];
  const ints = ctx.step("Range", range, "range");
  return [ctx.emit("Cast", [ints], { to: attr.int(DTYPE_CODES[dtype]) })];
};

const linspace: OpConverter = (ctx) => {
  ctx.ignore(...NOT_READ);
  const { dtype, dims } = ctx.output();
  const [start, end, steps] = [ctx.number("start"), ctx.number("end"), ctx.int("steps")];
  const by = steps > 1 ? (end - start) / (steps - 1) : 0;
  const content = numbers(
    dtype,
    [steps],
    Array.from({ length: steps }, (_, i) => start + i * by),
    ctx,
  );
  return [new Value(() => ctx.graph.constant(ctx.outputName(), content), dtype, dims, { content })];
};

const eye: OpConverter = (ctx) => {
  ctx.ignore(...NOT_READ, "n", "m");
  const { dtype, dims } = ctx.output();
  const [rows, columns] = dims.map((size) => (typeof size === "number" ? size : ctx.refuse("open sizes")));
  const values = Array.from({ length: rows! * columns! }, (_, i) =>
    Number(i % columns! === Math.floor(i / columns!)),
  );
  const content = numbers(dtype, [rows!, columns!], values, ctx);
  return [new Value(() => ctx.graph.constant(ctx.outputName(), content), dtype, dims, { content })];
};

export const FACTORIES = {
  zeros: of(0),
  ones: of(1),
  empty: of(0),
  new_zeros: of(0),
  new_ones: of(1),
  new_empty: of(0),
  full: filledWith,
  new_full: filledWith,
  zeros_like: like(0),
  ones_like: like(1),
  empty_like: like(0),
  full_like: filledLike,
  fill,
  zero: like(0),
  copy,
  scalar_tensor: scalarTensor,
  arange,
  linspace,
  eye,
} as const satisfies Record<string, OpConverter>;
