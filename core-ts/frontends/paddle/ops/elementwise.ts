/** Functions of two tensors. Paddle lays the smaller one along the axes of the larger from `axis` on, where ONNX lays it along the last. */
import { attr } from "../../../graph/attributes.ts";
import type { DType } from "../../../tensor/dtype.ts";
import type { Convert, OpContext, Operand } from "../context.ts";

interface Pair {
  readonly x: string;
  readonly y: string;
  readonly dtype: DType;
}

/** The smaller operand with 1s behind it, so that it begins at `axis` of the larger. */
function laid(ctx: OpContext, { value, dims }: Operand, [rank, axis]: readonly [number, number]): string {
  const missing = rank - axis - dims.length;
  if (axis < 0 || missing <= 0 || dims.length === 0) return value;
  const axes = Array.from({ length: missing }, (_, i) => dims.length + i);
  return ctx.step("Unsqueeze", [value, ctx.ints("behind", axes)], "laid");
}

export function pairOf(ctx: OpContext): Pair {
  const [x, y] = [ctx.input("X"), ctx.input("Y")];
  const axis = ctx.number("axis", -1);
  const [a, b] = [x.dims.length, y.dims.length];
  return {
    dtype: x.dtype,
    x: a < b ? laid(ctx, x, [b, axis]) : x.value,
    y: b < a ? laid(ctx, y, [a, axis]) : y.value,
  };
}

const binary =
  (op: string): Convert =>
  (ctx) => {
    const { x, y } = pairOf(ctx);
    ctx.emit(op, [x, y]);
  };

const negated =
  (op: string): Convert =>
  (ctx) => {
    const { x, y } = pairOf(ctx);
    ctx.emit("Not", [ctx.step(op, [x, y], "opposite")]);
  };

const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";

/** The remainder has the divisor's sign: ONNX's Mod for integers; x - floor(x / y) y for floats. */
function modulo(ctx: OpContext) {
  const { x, y, dtype } = pairOf(ctx);
  if (!isFloat(dtype)) return ctx.emit("Mod", [x, y]);
  const whole = ctx.step("Floor", [ctx.step("Div", [x, y], "quotient")], "whole");
  ctx.emit("Sub", [x, ctx.step("Mul", [whole, y], "product")]);
}

/** floor(x / y), where ONNX's division of integers cuts off. */
function floorDivide(ctx: OpContext) {
  const { x, y, dtype } = pairOf(ctx);
  if (isFloat(dtype)) return ctx.emit("Floor", [ctx.step("Div", [x, y], "quotient")]);
  const rest = ctx.step("Mod", [x, y], "rest");
  ctx.emit("Div", [ctx.step("Sub", [x, rest], "multiple"), y]);
}

function sum(ctx: OpContext) {
  const values = ctx.inputs("X").map(({ value }) => value);
  ctx.emit(values.length === 1 ? "Identity" : "Sum", values);
}

function where(ctx: OpContext) {
  ctx.emit(
    "Where",
    ["Condition", "X", "Y"].map((slot) => ctx.input(slot).value),
  );
}

function atan2(ctx: OpContext) {
  const [y, x] = [ctx.input("X1"), ctx.input("X2")];
  const zero = ctx.scalar("zero", 0);
  const plain = ctx.step("Atan", [ctx.step("Div", [y.value, x.value], "slope")], "plain");
  const pi = ctx.scalar("pi", Math.PI);
  const turned = ctx.step(
    "Where",
    [
      ctx.step("Less", [y.value, zero], "isBelow"),
      ctx.step("Sub", [plain, pi], "less"),
      ctx.step("Add", [plain, pi], "more"),
    ],
    "turned",
  );
  ctx.emit("Where", [ctx.step("Less", [x.value, zero], "isLeft"), turned, plain]);
}

function cumsum(ctx: OpContext) {
  const x = ctx.input("X");
  const isFlat = ctx.flag("flatten", false);
  const value = isFlat ? ctx.reshaped(x.value, [-1], "flat") : x.value;
  const axis = isFlat ? 0 : (ctx.knownBy("axis", ["AxisTensor"])[0] ?? -1);
  ctx.emit("CumSum", [value, ctx.scalar("axis", axis, "int64")], {
    exclusive: attr.int(ctx.number("exclusive", 0)),
    reverse: attr.int(ctx.number("reverse", 0)),
  });
}

export const ELEMENTWISE = {
  elementwise_add: binary("Add"),
  elementwise_sub: binary("Sub"),
  elementwise_mul: binary("Mul"),
  elementwise_div: binary("Div"),
  elementwise_pow: binary("Pow"),
  elementwise_max: binary("Max"),
  elementwise_min: binary("Min"),
  elementwise_mod: modulo,
  elementwise_floordiv: floorDivide,
  grad_add: binary("Add"),
  equal: binary("Equal"),
  not_equal: negated("Equal"),
  less_than: binary("Less"),
  less_equal: binary("LessOrEqual"),
  greater_than: binary("Greater"),
  greater_equal: binary("GreaterOrEqual"),
  logical_and: binary("And"),
  logical_or: binary("Or"),
  logical_xor: binary("Xor"),
  sum,
  where,
  atan2,
  cumsum,
} as const satisfies Readonly<Record<string, Convert>>;
