import { attr } from "../../../graph/attributes.ts";
import type { Convert, OpContext, Operand } from "../context.ts";

/** The last two axes swapped. */
function turned(ctx: OpContext, { value, dims }: Operand, isTurned: boolean): string {
  if (!isTurned || dims.length < 2) return value;
  const axes = dims.map((_, axis) => axis);
  const last = axes.length - 1;
  return ctx.transposed(value, [...axes.slice(0, -2), last, last - 1], "turned");
}

function matmul(ctx: OpContext, turns: readonly [boolean, boolean]) {
  const [x, y] = [ctx.input("X"), ctx.input("Y")];
  const inputs = [turned(ctx, x, turns[0]), turned(ctx, y, turns[1])];
  const alpha = ctx.number("alpha", 1);
  const isScalar = x.dims.length === 1 && y.dims.length === 1;
  if (alpha === 1 && !isScalar) return ctx.emit("MatMul", inputs);
  const product = ctx.step("MatMul", inputs, "product");
  const scaled = alpha === 1 ? product : ctx.step("Mul", [product, ctx.scalar("alpha", alpha)], "scaled");
  if (isScalar) return ctx.settle(scaled, 0);
  ctx.emit("Identity", [scaled]);
}

/** The axes from `from` on as one. */
function columns(ctx: OpContext, { value, dims }: Operand, from: number): string {
  if (from === dims.length - 1) return value;
  return ctx.reshaped(value, [...dims.slice(0, from).map(() => 0), -1], "columns");
}

/** x with its first axes as rows by y with its first axes as columns of x. */
function mul(ctx: OpContext) {
  const [x, y] = [ctx.input("X"), ctx.input("Y")];
  if (ctx.number("y_num_col_dims", 1) !== 1 || y.dims.length !== 2)
    ctx.refuse("a second input of other than 2 axes");
  ctx.emit("MatMul", [columns(ctx, x, ctx.number("x_num_col_dims", 1)), y.value]);
}

function fc(ctx: OpContext) {
  const activation = ctx.text("activation_type", "");
  if (activation !== "" && activation !== "relu") ctx.refuse(`activation ${activation}`);
  if (ctx.flag("padding_weights", false)) ctx.refuse("padded weights");
  const rows = columns(ctx, ctx.input("Input"), ctx.number("in_num_col_dims", 1));
  const bias = ctx.optional("Bias");
  let value = ctx.step("MatMul", [rows, ctx.input("W").value], "product");
  if (bias) value = ctx.step("Add", [value, ctx.reshaped(bias.value, [-1], "bias")], "biased");
  ctx.emit(activation === "relu" ? "Relu" : "Identity", [value]);
}

/** beta input + alpha x y. */
function addmm(ctx: OpContext) {
  const product = ctx.step("MatMul", [ctx.input("X").value, ctx.input("Y").value], "product");
  const scale = (value: string, name: string): string => {
    const by = ctx.number(name, 1);
    return by === 1 ? value : ctx.step("Mul", [value, ctx.scalar(name, by)], `${name}Scaled`);
  };
  ctx.emit("Add", [scale(ctx.input("Input").value, "Beta"), scale(product, "Alpha")]);
}

function bmm(ctx: OpContext) {
  ctx.emit("MatMul", [ctx.input("X").value, ctx.input("Y").value]);
}

function matrixVector(ctx: OpContext) {
  ctx.emit("MatMul", [ctx.input("X").value, ctx.input("Vec").value]);
}

/** Sum of products along the last axis. */
function dot(ctx: OpContext) {
  const [x, y] = [ctx.input("X"), ctx.input("Y")];
  const products = ctx.step("Mul", [x.value, y.value], "products");
  const sum = ctx.step("ReduceSum", [products, ctx.ints("axes", [-1])], "sum", { keepdims: attr.int(0) });
  ctx.settle(sum, x.dims.length - 1);
}

function einsum(ctx: OpContext) {
  const values = ctx.inputs("Operands").map(({ value }) => value);
  ctx.emit("Einsum", values, { equation: attr.string(ctx.text("equation", "")) });
}

/** Rows of a table by number; the row of padding_idx is 0. */
function lookup(ctx: OpContext, ids: Operand, index: string) {
  const table = ctx.input("W");
  const padding = ctx.number("padding_idx", -1);
  if (padding === -1) return ctx.emit("Gather", [table.value, index], { axis: attr.int(0) });
  const at = padding < 0 ? padding + table.dims[0]! : padding;
  const rows = ctx.step("Gather", [table.value, index], "rows", { axis: attr.int(0) });
  const isPadding = ctx.step("Equal", [index, ctx.scalar("padding", at, ids.dtype)], "isPadding");
  const column = ctx.step("Unsqueeze", [isPadding, ctx.ints("axis", [-1])], "column");
  ctx.emit("Where", [column, ctx.scalar("zero", 0), rows]);
}

function lookupV2(ctx: OpContext) {
  const ids = ctx.input("Ids");
  lookup(ctx, ids, ids.value);
}

/** The older form has ids of shape [..., 1]. */
function lookupV1(ctx: OpContext) {
  const ids = ctx.input("Ids");
  lookup(ctx, ids, ctx.step("Squeeze", [ids.value, ctx.ints("last", [-1])], "ids"));
}

export const MATRIX = {
  matmul: (ctx) => matmul(ctx, [ctx.flag("transpose_X", false), ctx.flag("transpose_Y", false)]),
  matmul_v2: (ctx) => matmul(ctx, [ctx.flag("trans_x", false), ctx.flag("trans_y", false)]),
  mul,
  fc,
  addmm,
  bmm,
  mv: matrixVector,
  dot,
  einsum,
  lookup_table: lookupV1,
  lookup_table_v2: lookupV2,
} as const satisfies Readonly<Record<string, Convert>>;
