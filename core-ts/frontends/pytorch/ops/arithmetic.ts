import { attr } from "../../../graph/attributes.ts";
import type { ScalarType } from "../archive/scalar-types.ts";
import type { OpContext, OpConverter } from "../context.ts";
import type { Value } from "../value.ts";
import { inputOf } from "./activations.ts";
import { cast, commonType, isFloat, operand } from "./operand.ts";

const unary =
  (op: string): OpConverter =>
  (ctx) => [ctx.emit(op, [inputOf(ctx)])];

/** log(x) · factor, for a logarithm of another base. */
const logarithm =
  (factor: number): OpConverter =>
  (ctx) => {
    const log = ctx.step("Log", [inputOf(ctx)], "log");
    return [ctx.emit("Mul", [log, ctx.scalar("factor", factor, ctx.output().dtype)])];
  };

const both = (ctx: OpContext, dtype: ScalarType, first = "self"): [string, string] => [
  operand(ctx, first, dtype),
  operand(ctx, "other", dtype),
];

/** self ± alpha · other. */
const sum =
  (op: string): OpConverter =>
  (ctx) => {
    const { dtype } = ctx.output();
    const [a, b] = both(ctx, dtype);
    const alpha = ctx.number("alpha", 1);
    const scaled = alpha === 1 ? b : ctx.step("Mul", [b, ctx.scalar("alpha", alpha, dtype)], "scaled");
    if (dtype === "bool") return [ctx.emit("Or", [a, b])];
    return [ctx.emit(op, ctx.op === "rsub" ? [b, alpha === 1 ? a : ctx.refuse("alpha")] : [a, scaled])];
  };

const multiply: OpConverter = (ctx) => {
  const { dtype } = ctx.output();
  return [ctx.emit(dtype === "bool" ? "And" : "Mul", both(ctx, dtype))];
};

/** The largest integer not above a / b. */
function floorDivided(ctx: OpContext, a: string, b: string, dtype: ScalarType): Value {
  if (isFloat(dtype)) return ctx.emit("Floor", [ctx.step("Div", [a, b], "quotient")]);
  const rest = ctx.step("Mod", [a, b], "rest");
  return ctx.emit("Div", [ctx.step("Sub", [a, rest], "whole"), b]);
}

const divide: OpConverter = (ctx) => {
  const { dtype } = ctx.output();
  const [a, b] = both(ctx, dtype);
  const mode = ctx.text("rounding_mode", "none");
  if (mode === "floor" || ctx.op === "floor_divide") return [floorDivided(ctx, a, b, dtype)];
  if (mode === "none" || !isFloat(dtype)) return [ctx.emit("Div", [a, b])];
  const quotient = ctx.step("Div", [a, b], "quotient");
  const size = ctx.step("Floor", [ctx.step("Abs", [quotient], "magnitude")], "whole");
  return [ctx.emit("Mul", [ctx.step("Sign", [quotient], "sign"), size])];
};

const remainder: OpConverter = (ctx) => {
  const { dtype } = ctx.output();
  const [a, b] = both(ctx, dtype);
  if (!isFloat(dtype)) return [ctx.emit("Mod", [a, b])];
  const whole = ctx.step("Floor", [ctx.step("Div", [a, b], "quotient")], "whole");
  return [ctx.emit("Sub", [a, ctx.step("Mul", [whole, b], "part")])];
};

/** The rest with the sign of the dividend, as C has it. */
const fmod: OpConverter = (ctx) => [ctx.emit("Mod", both(ctx, ctx.output().dtype), { fmod: attr.int(1) })];

const power: OpConverter = (ctx) => {
  const { dtype } = ctx.output();
  if (!ctx.isTensor("exponent")) {
    const [x, exponent] = [operand(ctx, "self", dtype), ctx.number("exponent")];
    if (exponent === 2) return [ctx.emit("Mul", [x, x])];
    if (exponent === 0.5) return [ctx.emit("Sqrt", [x])];
    return [ctx.emit("Pow", [x, ctx.scalar("exponent", exponent, dtype)])];
  }
  return [ctx.emit("Pow", [operand(ctx, "self", dtype), operand(ctx, "exponent", dtype)])];
};

const extremum =
  (op: string): OpConverter =>
  (ctx) => [ctx.emit(op, both(ctx, ctx.output().dtype))];

const compare =
  (op: string): OpConverter =>
  (ctx) => [ctx.emit(op, both(ctx, commonType(ctx, ["self", "other"])))];

const notEqual: OpConverter = (ctx) => [
  ctx.emit("Not", [ctx.step("Equal", both(ctx, commonType(ctx, ["self", "other"])), "equal")]),
];

/** Of truth values; `bitwise_and` and its like also exist for integers. */
const logic =
  (op: string): OpConverter =>
  (ctx) => {
    const isBitwise = !ctx.op.startsWith("logical");
    if (isBitwise && ctx.output().dtype !== "bool") ctx.refuse("integers");
    return [ctx.emit(op, both(ctx, "bool"))];
  };

const not: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  if (ctx.op === "bitwise_not" && x.dtype !== "bool") ctx.refuse("integers");
  return [ctx.emit("Not", [cast(ctx, x, "bool")])];
};

const where: OpConverter = (ctx) => {
  const { dtype } = ctx.output();
  const condition = cast(ctx, ctx.tensor("condition"), "bool");
  return [ctx.emit("Where", [condition, operand(ctx, "self", dtype), operand(ctx, "other", dtype)])];
};

const maskedFill: OpConverter = (ctx) => {
  const { dtype } = ctx.output();
  const mask = cast(ctx, ctx.tensor("mask"), "bool");
  return [ctx.emit("Where", [mask, operand(ctx, "value", dtype), operand(ctx, "self", dtype)])];
};

/** self + value · tensor1 (· or /) tensor2. */
const addcombined =
  (op: "Mul" | "Div"): OpConverter =>
  (ctx) => {
    const { dtype } = ctx.output();
    const pair = [operand(ctx, "tensor1", dtype), operand(ctx, "tensor2", dtype)];
    const value = ctx.number("value", 1);
    const combined = ctx.step(op, pair, "combined");
    const scaled =
      value === 1 ? combined : ctx.step("Mul", [combined, ctx.scalar("value", value, dtype)], "scaled");
    return [ctx.emit("Add", [operand(ctx, "self", dtype), scaled])];
  };

const rsqrt: OpConverter = (ctx) => [ctx.emit("Reciprocal", [ctx.step("Sqrt", [inputOf(ctx)], "root")])];

const square: OpConverter = (ctx) => {
  const x = inputOf(ctx);
  return [ctx.emit("Mul", [x, x])];
};

const beside =
  (op: string, inner: string, isAfter: boolean): OpConverter =>
  (ctx) => {
    const [x, one] = [inputOf(ctx), ctx.scalar("one", 1, ctx.output().dtype)];
    if (isAfter) return [ctx.emit(inner, [ctx.step(op, [x], "value"), one])];
    return [ctx.emit(op, [ctx.step(inner, [x, one], "sum")])];
  };

const UNARY = {
  abs: unary("Abs"),
  neg: unary("Neg"),
  exp: unary("Exp"),
  log: unary("Log"),
  log2: logarithm(Math.LOG2E),
  log10: logarithm(Math.LOG10E),
  log1p: beside("Log", "Add", false),
  expm1: beside("Exp", "Sub", true),
  sqrt: unary("Sqrt"),
  rsqrt,
  square,
  reciprocal: unary("Reciprocal"),
  floor: unary("Floor"),
  ceil: unary("Ceil"),
  round: unary("Round"),
  sign: unary("Sign"),
  sgn: unary("Sign"),
  sin: unary("Sin"),
  cos: unary("Cos"),
  tan: unary("Tan"),
  asin: unary("Asin"),
  acos: unary("Acos"),
  atan: unary("Atan"),
  sinh: unary("Sinh"),
  cosh: unary("Cosh"),
  erf: unary("Erf"),
} as const satisfies Record<string, OpConverter>;

export const ARITHMETIC = {
  ...UNARY,
  add: sum("Add"),
  sub: sum("Sub"),
  rsub: sum("Sub"),
  mul: multiply,
  div: divide,
  true_divide: divide,
  floor_divide: divide,
  remainder,
  fmod,
  pow: power,
  maximum: extremum("Max"),
  minimum: extremum("Min"),
  eq: compare("Equal"),
  ne: notEqual,
  lt: compare("Less"),
  le: compare("LessOrEqual"),
  gt: compare("Greater"),
  ge: compare("GreaterOrEqual"),
  logical_and: logic("And"),
  logical_or: logic("Or"),
  logical_xor: logic("Xor"),
  bitwise_and: logic("And"),
  bitwise_or: logic("Or"),
  bitwise_xor: logic("Xor"),
  __and__: logic("And"),
  __or__: logic("Or"),
  __xor__: logic("Xor"),
  logical_not: not,
  bitwise_not: not,
  where,
  masked_fill: maskedFill,
  addcmul: addcombined("Mul"),
  addcdiv: addcombined("Div"),
} as const satisfies Record<string, OpConverter>;
