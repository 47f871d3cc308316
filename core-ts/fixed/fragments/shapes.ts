import { attr } from "../../graph/attributes.ts";
import { int64Tensor } from "../../tensor/tensor.ts";
import type { BodyBuilder } from "../body-builder.ts";

/** Shape of x from axis `start` on, up to `end` when given; a 1-D int64 tensor. */
export function shapeFrom(b: BodyBuilder, x: string, start: number, end?: number): string {
  return b.op("Shape", [x], { start: attr.int(start), ...(end === undefined ? {} : { end: attr.int(end) }) });
}

export function concat(b: BodyBuilder, parts: readonly string[]): string {
  return b.op("Concat", parts, { axis: attr.int(0) });
}

/** `value` as often as the 1-D tensor `like` has elements; 1-D int64. */
export function repeated(b: BodyBuilder, value: number, like: string): string {
  return b.op("ConstantOfShape", [b.op("Shape", [like])], {
    value: { kind: "tensor", value: int64Tensor([value]) },
  });
}

/** A 1-D tensor of one element per channel as [M, 1, ..., 1], to broadcast over the spatial axes of [N, M, ...spatial]; `like` has that rank. */
export function perChannel(b: BodyBuilder, values: string, like: string): string {
  return b.op("Reshape", [values, concat(b, [b.i64s(-1), repeated(b, 1, shapeFrom(b, like, 2))])]);
}
