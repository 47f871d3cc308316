import { attr } from "../../../graph/attributes.ts";
import { permuted } from "../../../tensor/permute.ts";
import type { OpContext, OpConverter } from "../context.ts";
import type { Value } from "../value.ts";
import { cast } from "./operand.ts";

/** A matrix with rows and columns exchanged; done at once for a constant. */
function turned(ctx: OpContext, value: Value): string {
  const { content } = value;
  if (content?.dtype === "float32") return ctx.constant("weight", permuted(content, [1, 0]));
  return ctx.step("Transpose", [value.name], "turned", { perm: attr.ints([1, 0]) });
}

const linear: OpConverter = (ctx) => {
  const [x, weight, bias] = [ctx.tensor("input"), ctx.tensor("weight"), ctx.optional("bias")];
  if (x.rank === 2 && weight.rank === 2) {
    const inputs = [x.name, weight.name, ...(bias ? [bias.name] : [])];
    return [ctx.emit("Gemm", inputs, { transB: attr.int(1) })];
  }
  if (weight.rank !== 2) ctx.refuse(`a weight of ${weight.rank} dimensions`);
  const operands = [x.name, turned(ctx, weight)];
  if (!bias) return [ctx.emit("MatMul", operands)];
  return [ctx.emit("Add", [ctx.step("MatMul", operands, "product"), bias.name])];
};

const product =
  (first: string, second: string): OpConverter =>
  (ctx) => [ctx.emit("MatMul", [ctx.tensor(first).name, ctx.tensor(second).name])];

/** beta · self + alpha · (a · b). */
const addmm =
  (first: string, second: string): OpConverter =>
  (ctx) => {
    const [a, b, c] = [ctx.tensor(first), ctx.tensor(second), ctx.tensor("self")];
    const [alpha, beta] = [ctx.number("alpha", 1), ctx.number("beta", 1)];
    const isMatrix = a.rank === 2 && b.rank === 2;
    if (isMatrix) {
      const factors = { alpha: attr.float(alpha), beta: attr.float(beta) };
      return [ctx.emit("Gemm", [a.name, b.name, c.name], factors)];
    }
    if (alpha !== 1 || beta !== 1) ctx.refuse("alpha or beta");
    return [ctx.emit("Add", [ctx.step("MatMul", [a.name, b.name], "product"), c.name])];
  };

const einsum: OpConverter = (ctx) => {
  ctx.ignore("path");
  const equation = ctx.text("equation", "");
  const names = ctx.tensors("tensors").map((one) => one.name);
  return [ctx.emit("Einsum", names, { equation: attr.string(equation) })];
};

const swapped = (rank: number): number[] => {
  const order = Array.from({ length: rank }, (_, i) => i);
  return [...order.slice(0, -2), rank - 1, rank - 2];
};

/** The scores with the mask added, or set to -infinity where a mask of truth values says no. */
function masked(ctx: OpContext, scores: string, mask: Value): string {
  if (mask.dtype !== "bool") return ctx.step("Add", [scores, cast(ctx, mask, "float32")], "masked");
  const inputs = [mask.name, ctx.scalar("zero", 0), ctx.scalar("never", Number.NEGATIVE_INFINITY)];
  return ctx.step("Add", [scores, ctx.step("Where", inputs, "bias")], "masked");
}

/** -infinity above the diagonal of the scores. */
function causal(ctx: OpContext, scores: string, [query, key]: readonly [Value, Value]): string {
  const [rows, columns] = [query.dims.at(-2), key.dims.at(-2)];
  if (typeof rows !== "number" || typeof columns !== "number") ctx.refuse("is_causal on an open length");
  const values = Array.from({ length: rows * columns }, (_, i) =>
    i % columns > Math.floor(i / columns) ? Number.NEGATIVE_INFINITY : 0,
  );
  return ctx.step("Add", [scores, ctx.floats("causal", values, [rows, columns])], "masked");
}

const attention: OpConverter = (ctx) => {
  const [query, key, value] = [ctx.tensor("query"), ctx.tensor("key"), ctx.tensor("value")];
  if (ctx.flag("enable_gqa")) ctx.refuse("enable_gqa");
  if (ctx.number("dropout_p", 0) !== 0) ctx.refuse("dropout: call model.eval() before the export");
  ctx.ignore("return_debug_mask");
  const width = query.dims.at(-1);
  if (query.dtype !== "float32" || typeof width !== "number")
    return ctx.refuse(`${query.dtype} or an open width`);
  const scale = ctx.has("scale") ? ctx.number("scale") : 1 / Math.sqrt(width);
  const right = ctx.step("Transpose", [key.name], "turned", { perm: attr.ints(swapped(key.rank)) });
  const product = ctx.step("MatMul", [query.name, right], "product");
  let scores = ctx.step("Mul", [product, ctx.scalar("scale", scale)], "scores");
  const mask = ctx.optional("attn_mask");
  if (mask) scores = masked(ctx, scores, mask);
  if (ctx.flag("is_causal")) scores = causal(ctx, scores, [query, key]);
  const weights = ctx.step("Softmax", [scores], "weights", { axis: attr.int(query.rank - 1) });
  return [ctx.emit("MatMul", [weights, value.name])];
};

export const MATRIX = {
  linear,
  matmul: product("self", "other"),
  mm: product("self", "mat2"),
  bmm: product("self", "mat2"),
  mv: product("self", "vec"),
  dot: product("self", "tensor"),
  addmm: addmm("mat1", "mat2"),
  baddbmm: addmm("batch1", "batch2"),
  einsum,
  scaled_dot_product_attention: attention,
  _scaled_dot_product_flash_attention_for_cpu: attention,
} as const satisfies Record<string, OpConverter>;
