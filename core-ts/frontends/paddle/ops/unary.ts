/** Arithmetic and mathematical functions of one tensor. */
import { attr } from "../../../graph/attributes.ts";
import { tensor } from "../../../tensor/tensor.ts";
import type { Convert, OpContext, Operand } from "../context.ts";
import { same } from "./same.ts";

/** A bound of clip as a scalar: a tensor of one element, or the attribute. */
function bound(ctx: OpContext, slot: string, [name, x]: readonly [string, Operand]): string {
  const given = ctx.optional(slot);
  if (!given) return ctx.scalar(name, ctx.number(name, name === "min" ? -3.4e38 : 3.4e38), x.dtype);
  const known = ctx.numbersOf(given);
  if (known) return ctx.scalar(name, known[0]!, x.dtype);
  return ctx.reshaped(ctx.as(given, x.dtype, `${name}Cast`), [], name);
}

function clip(ctx: OpContext) {
  const x = ctx.input("X");
  ctx.emit("Clip", [x.value, bound(ctx, "Min", ["min", x]), bound(ctx, "Max", ["max", x])]);
}

/** Half away from zero, where ONNX rounds half to even. */
function round(ctx: OpContext) {
  const { value, dtype } = ctx.input("X");
  const size = ctx.step("Abs", [value], "size");
  const up = ctx.step("Floor", [ctx.step("Add", [size, ctx.scalar("half", 0.5, dtype)], "up")], "whole");
  ctx.emit("Mul", [ctx.step("Sign", [value], "sign"), up]);
}

const ofConstant =
  (op: string, number: number): Convert =>
  (ctx) => {
    const { value, dtype } = ctx.input("X");
    ctx.emit(op, [value, ctx.scalar("constant", number, dtype)]);
  };

/** The natural logarithm of an operand, and what it is divided by. */
const logarithm =
  (base: number): Convert =>
  (ctx) => {
    const natural = ctx.step("Log", [ctx.input("X").value], "natural");
    ctx.emit("Div", [natural, ctx.scalar("base", base)]);
  };

function square(ctx: OpContext) {
  const { value } = ctx.input("X");
  ctx.emit("Mul", [value, value]);
}

function log1p(ctx: OpContext) {
  ctx.emit("Log", [ctx.step("Add", [ctx.input("X").value, ctx.scalar("one", 1)], "sum")]);
}

function rsqrt(ctx: OpContext) {
  ctx.emit("Reciprocal", [ctx.step("Sqrt", [ctx.input("X").value], "root")]);
}

/** x scale + bias, or (x + bias) scale. */
function scale(ctx: OpContext) {
  const x = ctx.input("X");
  const given = ctx.optional("ScaleTensor");
  const [factor, bias] = [ctx.number("scale", 1), ctx.number("bias", 0)];
  const by = given ? ctx.as(given, x.dtype, "factor") : ctx.scalar("factor", factor, x.dtype);
  const scales = given !== undefined || factor !== 1;
  const offset = ctx.scalar("bias", bias, x.dtype);
  if (!scales && bias === 0) return ctx.emit("Identity", [x.value]);
  if (bias === 0) return ctx.emit("Mul", [x.value, by]);
  if (!scales) return ctx.emit("Add", [x.value, offset]);
  if (ctx.flag("bias_after_scale", true)) {
    return ctx.emit("Add", [ctx.step("Mul", [x.value, by], "scaled"), offset]);
  }
  ctx.emit("Mul", [ctx.step("Add", [x.value, offset], "shifted"), by]);
}

function pow(ctx: OpContext) {
  const x = ctx.input("X");
  const given = ctx.optional("FactorTensor");
  const by = given
    ? ctx.as(given, x.dtype, "exponent")
    : ctx.scalar("exponent", ctx.number("factor", 1), x.dtype);
  ctx.emit("Pow", [x.value, by]);
}

/** The largest of each group of channels. */
function maxout(ctx: OpContext) {
  const x = ctx.input("X");
  const axis = ctx.axis(ctx.number("axis", 1), x);
  const [groups, channels] = [ctx.number("groups", 2), x.dims[axis]!];
  const at = axis === 1 && channels > 0 ? [0, channels / groups, groups, ...x.dims.slice(2)] : undefined;
  const tail = at?.slice(3) ?? [];
  if (!at || tail.some((dim) => dim < 0)) return ctx.refuse("open dimensions or an axis other than 1");
  const grouped = ctx.reshaped(x.value, at, "grouped");
  ctx.emit("ReduceMax", [grouped, ctx.ints("axes", [2])], { keepdims: attr.int(0) });
}

function allFinite(ctx: OpContext) {
  const { value } = ctx.input("X");
  const odd = ctx.step("Or", [ctx.step("IsNaN", [value], "nan"), ctx.step("IsInf", [value], "inf")], "odd");
  ctx.emit("Not", [odd]);
}

/** ln(p / (1 - p)), p kept eps away from 0 and 1. */
function logit(ctx: OpContext) {
  const { value, dtype } = ctx.input("X");
  const eps = ctx.number("eps", 1e-6);
  const p = ctx.step("Clip", [value, ctx.scalar("low", eps, dtype), ctx.scalar("high", 1 - eps, dtype)], "p");
  const rest = ctx.step("Sub", [ctx.constant("one", tensor("float32", [], Float32Array.of(1))), p], "rest");
  ctx.emit("Log", [ctx.step("Div", [p, rest], "odds")]);
}

export const UNARY = {
  exp: same("Exp"),
  log: same("Log"),
  log2: logarithm(Math.LN2),
  log10: logarithm(Math.LN10),
  log1p,
  sqrt: same("Sqrt"),
  rsqrt,
  square,
  abs: same("Abs"),
  floor: same("Floor"),
  ceil: same("Ceil"),
  round,
  reciprocal: same("Reciprocal"),
  sign: same("Sign"),
  erf: same("Erf"),
  sin: same("Sin"),
  cos: same("Cos"),
  tan: same("Tan"),
  asin: same("Asin"),
  acos: same("Acos"),
  atan: same("Atan"),
  sinh: same("Sinh"),
  cosh: same("Cosh"),
  expm1: (ctx) => ctx.emit("Sub", [ctx.step("Exp", [ctx.input("X").value], "exp"), ctx.scalar("one", 1)]),
  logical_not: same("Not"),
  isnan_v2: same("IsNaN"),
  isinf_v2: same("IsInf"),
  isfinite_v2: allFinite,
  scale,
  pow,
  clip,
  logit,
  maxout,
  increment: (ctx) => ofConstant("Add", ctx.number("step", 1))(ctx),
} as const satisfies Readonly<Record<string, Convert>>;
