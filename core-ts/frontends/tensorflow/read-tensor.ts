import { ModelError } from "../../errors.ts";
import { byteLength, fromBytes, fromValues } from "../../onnx/tensor-data.ts";
import type { DType } from "../../tensor/dtype.ts";
import { elementCount, type Tensor, tensor } from "../../tensor/tensor.ts";
import { BFLOAT, dtypeOf, HALF } from "./dtypes.ts";
import { bfloatToNumber, halfToNumber } from "./numbers.ts";
import { type tensorflow, toNumber } from "./proto.ts";

type TensorProto = tensorflow.TensorProto;
type Values = ArrayLike<number> | bigint[];

const toBigInt = (value: number | { toString(): string }): bigint => BigInt(value.toString());

function dimsOf(proto: TensorProto, place: string): number[] {
  const dims = (proto.tensorShape?.dim ?? []).map((dim) => toNumber(dim.size));
  if (dims.some((dim) => dim < 0 || !Number.isSafeInteger(dim))) {
    throw new ModelError(
      `the constant of node "${place}" has shape [${dims.join(", ")}], which no file can hold; the file is damaged`,
      { node: place },
    );
  }
  return dims;
}

/** The typed field of a type. */
function valuesOf(proto: TensorProto, dtype: Exclude<DType, "string">): Values {
  switch (dtype) {
    case "float32":
      return proto.floatVal;
    case "float64":
      return proto.doubleVal;
    case "int64":
      return proto.int64Val.map(toBigInt);
    case "uint64":
      return proto.uint64Val.map(toBigInt);
    case "uint32":
      return proto.uint32Val;
    case "bool":
      return proto.boolVal.map(Number);
    default:
      return proto.intVal;
  }
}

/** A field holds all values, or the last one stands for those that are left out (tensor.proto). */
function repeated(values: Values, count: number): Values {
  if (values.length >= count || values.length === 0) return values;
  const last = values[values.length - 1]!;
  return Array.from({ length: count }, (_, i) => values[i] ?? last) as Values;
}

function strings(proto: TensorProto, dims: readonly number[]): Tensor {
  const texts = proto.stringVal.map((bytes) => new TextDecoder().decode(bytes));
  return tensor(
    "string",
    dims,
    Array.from({ length: elementCount(dims) }, (_, i) => texts[i] ?? texts.at(-1) ?? ""),
  );
}

/** 16-bit floats, widened; undefined for other types. */
function widened(proto: TensorProto, dims: readonly number[]): Tensor | undefined {
  if (proto.dtype !== HALF && proto.dtype !== BFLOAT) return undefined;
  const toNumbers = proto.dtype === HALF ? halfToNumber : bfloatToNumber;
  const content = proto.tensorContent;
  const bits =
    content.length > 0
      ? Array.from({ length: content.length >> 1 }, (_, i) => content[2 * i]! | (content[2 * i + 1]! << 8))
      : proto.halfVal;
  const whole = repeated(bits, elementCount(dims)) as ArrayLike<number>;
  return tensor("float32", dims, Float32Array.from(whole, toNumbers));
}

/** TensorProto → Tensor. @throws ModelError for a type that no constant here may have, and for a content of another length than its shape's. */
export function readTensor(proto: TensorProto, place: string): Tensor {
  const dtype = dtypeOf(proto.dtype);
  if (dtype === undefined || dtype.startsWith("complex")) {
    throw new ModelError(
      `the constant of node "${place}" has element type ${proto.dtype}, which is not supported; supported are real numbers, integers, booleans and strings`,
      { node: place },
    );
  }
  const dims = dimsOf(proto, place);
  if (dtype === "string") return strings(proto, dims);
  const wide = widened(proto, dims);
  if (wide) return wide;
  const count = elementCount(dims);
  const content = proto.tensorContent;
  if (content.length > 0) {
    if (content.length === byteLength(dtype, count)) return fromBytes(dtype, dims, content);
    throw new ModelError(
      `the constant of node "${place}" (${dtype} [${dims.join(", ")}]) needs ${byteLength(dtype, count)} bytes, found ${content.length}; the file is damaged`,
      { node: place },
    );
  }
  const values = repeated(valuesOf(proto, dtype), count);
  // No value at all stands for zeros.
  const whole = values.length === 0 ? Array.from({ length: count }, () => 0) : values;
  if (whole.length > count) {
    throw new ModelError(
      `the constant of node "${place}" has ${whole.length} values for shape [${dims.join(", ")}]; the file is damaged`,
      { node: place },
    );
  }
  if (dtype === "int64" || dtype === "uint64") {
    return fromValues(
      dtype,
      dims,
      Array.from(whole as ArrayLike<number | bigint>, (v) => BigInt(v)),
    );
  }
  return fromValues(dtype, dims, whole as ArrayLike<number>);
}
