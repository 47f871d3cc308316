import Long from "long";
import protobuf from "protobufjs/minimal.js";
import { powerOfTwo } from "../power-of-two.ts";
import { onnx } from "./generated/onnx.js";

// Without Long, protobufjs would round int64 to float64 numbers.
protobuf.util.Long = Long;
protobuf.configure();

export { onnx };
export type LongLike = number | Long;

/** An integer field (a dimension, a version, an attribute): exact below 2^53, nearest above. */
export function toNumber(value: LongLike | null | undefined): number {
  if (value === null || value === undefined) return 0;
  return typeof value === "number" ? value : value.toNumber();
}

export function toBigInt(value: LongLike): bigint {
  return typeof value === "number" ? BigInt(value) : value.toBigInt();
}

/** An integer attribute, saturated to int64: ONNX uses its ends as "until the end". */
export function toLong(value: number): Long {
  if (value >= powerOfTwo(63)) return Long.MAX_VALUE;
  if (value <= -powerOfTwo(63)) return Long.MIN_VALUE;
  return Long.fromNumber(value);
}

/** AttributeProto.AttributeType. */
export const ATTRIBUTE_TYPES = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
} as const;
