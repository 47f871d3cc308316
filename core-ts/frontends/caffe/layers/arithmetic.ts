/** Sums, products, softmax and what picks the largest. */
import { attr } from "../../../graph/attributes.ts";
import { elementCount } from "../../../tensor/tensor.ts";
import type { Blob, LayerContext, LayerConverter } from "../context.ts";

const OPERATIONS = { PROD: 0, SUM: 1, MAX: 2 };
const REDUCTIONS = { SUM: 1, ASUM: 2, SUMSQ: 3, MEAN: 4 };
const REDUCE_OPS = {
  SUM: "ReduceSum",
  ASUM: "ReduceL1",
  SUMSQ: "ReduceSumSquare",
  MEAN: "ReduceMean",
} as const;

/** Bottoms times their coefficients, and whether each is then taken away: y - x is exact, y + (-1)·x an op more. */
function weighted(ctx: LayerContext, coefficients: readonly number[]): { value: string; isMinus: boolean }[] {
  return ctx.bottoms.map(({ value }, i) => {
    const by = coefficients[i] ?? 1;
    const isMinus = by === -1 && i > 0;
    if (by === 1 || isMinus) return { value, isMinus };
    return { value: ctx.step("Mul", [value, ctx.scalar(`coeff${i}`, by)], `scaled${i}`), isMinus };
  });
}

const eltwise: LayerConverter = (ctx) => {
  const param = ctx.param("eltwise_param");
  const operation = param.member("operation", OPERATIONS, "SUM");
  const coefficients = param.floats("coeff");
  const { dims } = ctx.bottom();
  for (const { dims: others } of ctx.bottoms) {
    if (others.join() === dims.join()) continue;
    throw ctx.broken(`joins shapes ${dims.join("x")} and ${others.join("x")}; they must be the same`);
  }
  if (coefficients.length > 0 && operation !== "SUM") ctx.refuse(`Eltwise ${operation} with coeff`);
  if (coefficients.length > 0 && coefficients.length !== ctx.bottoms.length) {
    throw ctx.broken(`has ${coefficients.length} coeff for ${ctx.bottoms.length} bottoms`);
  }
  const terms = weighted(ctx, coefficients);
  let { value } = terms[0]!;
  for (const [i, term] of terms.slice(1).entries()) {
    const op = { PROD: "Mul", SUM: term.isMinus ? "Sub" : "Add", MAX: "Max" }[operation];
    const inputs = [value, term.value];
    value = i === terms.length - 2 ? ctx.top(op, inputs, dims).value : ctx.step(op, inputs, `part${i}`);
  }
  return terms.length > 1 ? [{ value, dims }] : [ctx.top("Identity", [value], dims)];
};

/** All axes from `axis` on become one number. */
const reduction: LayerConverter = (ctx) => {
  const param = ctx.param("reduction_param");
  const { value, dims } = ctx.bottom();
  const axis = ctx.axis(param.int("axis", 0));
  const op = REDUCE_OPS[param.member("operation", REDUCTIONS, "SUM")];
  const by = param.float("coeff", 1);
  const axes = ctx.ints("axes", [...dims.keys()].slice(axis));
  const [out, attrs] = [dims.slice(0, axis), { keepdims: attr.int(0) }];
  if (by === 1) return [ctx.top(op, [value, axes], out, attrs)];
  return [ctx.top("Mul", [ctx.step(op, [value, axes], "whole", attrs), ctx.scalar("coeff", by)], out)];
};

const softmax: LayerConverter = (ctx) => {
  const axis = ctx.axis(ctx.param("softmax_param").int("axis", 1));
  return [ctx.top("Softmax", [ctx.bottom().value], ctx.bottom().dims, { axis: attr.int(axis) })];
};

/** y = a·x + b, where a is one number a channel of a sample (squeeze and excitation, Hu et al. 2017). */
const axpy: LayerConverter = (ctx) => {
  const [a, x, b] = [ctx.bottom(0), ctx.bottom(1), ctx.bottom(2)];
  const [n, c] = [x.dims[0]!, x.dims[1]!];
  const factors = a.dims.length === 4 ? a.value : ctx.reshaped(a, [n, c, 1, 1], "factors");
  return [ctx.top("Add", [ctx.step("Mul", [x.value, factors], "scaled"), b.value], x.dims)];
};

const asFloat = { to: attr.int(1) };

/** Values and float indices of the largest along an axis; of equal ones Caffe takes the last. */
function largest(
  ctx: LayerContext,
  value: string,
  axis: number,
  k: number,
): { values: string; indices: string } {
  const at = { axis: attr.int(axis) };
  if (k > 1) {
    const names = [ctx.inner("values"), ctx.inner("indices")];
    const [values, indices] = ctx.graph.nodes("TopK", [value, ctx.ints("k", [k])], names, at) as [
      string,
      string,
    ];
    return { values, indices };
  }
  return {
    values: ctx.step("ReduceMax", [value, ctx.ints("axes", [axis])], "values"),
    indices: ctx.step("ArgMax", [value], "indices", {
      ...at,
      keepdims: attr.int(1),
      select_last_index: attr.int(1),
    }),
  };
}

/** Along an axis: indices, or the values. Over a whole sample: [N, 1, k] indices, or [N, 2, k] with the values (argmax_layer.cpp). */
function argMax(ctx: LayerContext): Blob[] {
  const param = ctx.param("argmax_param");
  const { value, dims } = ctx.bottom();
  const [k, withValue] = [param.int("top_k", 1), param.bool("out_max_val", false)];
  const given = param.int("axis", undefined);
  if (given !== undefined) {
    const axis = ctx.axis(given);
    const out = dims.map((dim, i) => (i === axis ? k : dim));
    const { values, indices } = withValue
      ? { values: largest(ctx, value, axis, k).values, indices: "" }
      : { values: "", indices: largest(ctx, value, axis, k).indices };
    return [withValue ? ctx.top("Identity", [values], out) : ctx.top("Cast", [indices], out, asFloat)];
  }
  const batch = dims[0]!;
  const rows = ctx.reshaped(ctx.bottom(), [batch, 1, elementCount(dims.slice(1))], "rows");
  const { values, indices } = largest(ctx, rows, 2, k);
  const numbers = ctx.step("Cast", [indices], "numbers", asFloat);
  const both = withValue ? ctx.step("Concat", [numbers, values], "both", { axis: attr.int(1) }) : numbers;
  const found = [batch, withValue ? 2 : 1, k];
  const out = [...found, ...dims.slice(3).map(() => 1)];
  return [ctx.topShaped({ value: both, dims: found }, out)];
}

export const ARITHMETIC = {
  Eltwise: eltwise,
  Reduction: reduction,
  Softmax: softmax,
  Axpy: axpy,
  ArgMax: argMax,
} as const satisfies Record<string, LayerConverter>;
