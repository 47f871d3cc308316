import { attr } from "../../../graph/attributes.ts";
import type { Attribute } from "../../../graph/graph.ts";
import { DTYPE_CODES, type DType } from "../../../tensor/dtype.ts";
import type { Convert } from "../convert.ts";
import { dtypeOf } from "../dtypes.ts";
import type { Emitter } from "../emitter.ts";
import { foldElementwise } from "../fold.ts";
import { attrFloat, attrType } from "../node.ts";
import { settled } from "../settle.ts";
import type { TensorType, TensorValue } from "../value.ts";

type Attributes = Readonly<Record<string, Attribute>>;

/** Type of a result that has the element order and shape of its input. */
export const likewise = ({ dtype, dims, perm }: TensorValue): TensorType => ({
  dtype,
  dims,
  ...(perm ? { perm } : {}),
});

const unary =
  (op: string, attrs: Attributes = {}, compute?: (x: number) => number): Convert =>
  (_, [x], to) => {
    const known = compute && foldElementwise([x!], x!.dims, compute)?.known;
    return settled(to, likewise(x!), known, (type) => to.emit(op, [x!], type, attrs));
  };

const toBool: Convert = (_, [x], to) => to.emit("Not", [x!], { ...likewise(x!), dtype: "bool" });

/** Ops after one another, named as parts but for the last. */
const chain =
  (...ops: readonly string[]): Convert =>
  (_, [x], to) =>
    ops.reduce((value, op, i) => to.emit(op, [value], likewise(x!), {}, i < ops.length - 1 ? op : ""), x!);

const clip6: Convert = (_, [x], to) =>
  to.emit("Clip", [x!, to.scalar(x!.dtype, 0, "min"), to.scalar(x!.dtype, 6, "max")], likewise(x!));

const square: Convert = (_, [x], to) => {
  const known = foldElementwise([x!], x!.dims, (v) => v * v)?.known;
  return settled(to, likewise(x!), known, (type) => to.emit("Mul", [x!, x!], type));
};

/** x + c, or c - x */
const withConstant =
  (op: string, value: number, before?: string, after?: string): Convert =>
  (_, [x], to) => {
    const type = likewise(x!);
    const inner = before ? to.emit(before, [x!], type, {}, before) : x!;
    const sum = to.emit(op, [inner, to.scalar(x!.dtype, value, "c")], type, {}, after ? op : "");
    return after ? to.emit(after, [sum], type) : sum;
  };

/** 1 - erf(x) */
const erfc: Convert = (_, [x], to) => {
  const erf = to.emit("Erf", [x!], likewise(x!), {}, "Erf");
  return to.emit("Sub", [to.scalar(x!.dtype, 1, "one"), erf], likewise(x!));
};

const leakyRelu: Convert = (node, [x], to) =>
  to.emit("LeakyRelu", [x!], likewise(x!), { alpha: attr.float(attrFloat(node, "alpha", 0.2)) });

const filledLike =
  (value: number): Convert =>
  (_, [x], to) => {
    const { dims, dtype } = x!;
    const count = dims?.every((dim) => dim !== null) ? dims.reduce<number>((a, b) => a * b!, 1) : undefined;
    if (count !== undefined && dims)
      return to.numbers(dtype, dims as number[], new Array<number>(count).fill(value), "");
    const shape = to.emit("Shape", [x!], { dtype: "int64", dims: null }, {}, "shape");
    const filled = to.emit("Expand", [to.scalar(dtype, value, "value"), shape], likewise(x!));
    return filled;
  };

function castKnown(dtype: DType): (x: number) => number {
  if (dtype === "bool") return (x) => (x === 0 ? 0 : 1);
  if (dtype === "float32") return Math.fround;
  return dtype === "float64" ? (x) => x : Math.trunc;
}

const cast: Convert = (node, [x], to) => {
  const dtype = dtypeOf(attrType(node, "DstT") ?? 0) ?? "float32";
  if (dtype === x!.dtype) return x!;
  const known = foldElementwise([x!], x!.dims, castKnown(dtype))?.known;
  return settled(to, { ...likewise(x!), dtype }, known, (type) =>
    to.emit("Cast", [x!], type, { to: attr.int(DTYPE_CODES[dtype]) }),
  );
};

/** Rounds half to even, as ONNX does. */
function roundEven(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

/** x·sigmoid(x) */
export function silu(x: TensorValue, to: Emitter): TensorValue {
  const gate = to.emit("Sigmoid", [x], likewise(x), {}, "Sigmoid");
  return to.emit("Mul", [x, gate], likewise(x));
}

const isBool =
  (op: string): Convert =>
  (_, [x], to) =>
    to.emit(op, [x!], { ...likewise(x!), dtype: "bool" });

export const ELEMENTWISE: Readonly<Record<string, Convert>> = {
  Abs: unary("Abs", {}, Math.abs),
  Acos: unary("Acos"),
  Acosh: unary("Acosh"),
  Asin: unary("Asin"),
  Asinh: unary("Asinh"),
  Atan: unary("Atan"),
  Atanh: unary("Atanh"),
  Cast: cast,
  Ceil: unary("Ceil", {}, Math.ceil),
  Cos: unary("Cos"),
  Cosh: unary("Cosh"),
  Elu: unary("Elu"),
  Erf: unary("Erf"),
  Erfc: erfc,
  Exp: unary("Exp"),
  Expm1: withConstant("Sub", 1, "Exp"),
  Floor: unary("Floor", {}, Math.floor),
  Inv: unary("Reciprocal"),
  IsInf: isBool("IsInf"),
  IsNan: isBool("IsNaN"),
  LeakyRelu: leakyRelu,
  Log: unary("Log"),
  Log1p: withConstant("Add", 1, undefined, "Log"),
  LogicalNot: (node, [x], to) =>
    x!.known ? unary("Not", {}, (v) => (v === 0 ? 1 : 0))(node, [x!], to) : toBool(node, [x!], to),
  Neg: unary("Neg", {}, (x) => -x),
  OnesLike: filledLike(1),
  Reciprocal: unary("Reciprocal"),
  Relu: unary("Relu"),
  Relu6: clip6,
  Rint: unary("Round", {}, roundEven),
  Round: unary("Round", {}, roundEven),
  Rsqrt: chain("Sqrt", "Reciprocal"),
  Selu: unary("Selu"),
  Sigmoid: unary("Sigmoid"),
  Sign: unary("Sign", {}, Math.sign),
  Sin: unary("Sin"),
  Sinh: unary("Sinh"),
  Softplus: unary("Softplus"),
  Softsign: unary("Softsign"),
  Sqrt: unary("Sqrt", {}, (x) => Math.fround(Math.sqrt(x))),
  Square: square,
  Tan: unary("Tan"),
  Tanh: unary("Tanh"),
  ZerosLike: filledLike(0),
};
