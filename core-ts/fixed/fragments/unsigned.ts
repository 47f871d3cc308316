import type { BodyBuilder } from "../body-builder.ts";
import type { Bytes } from "./bytes.ts";

/** An int8 tensor as uint8 with zero point 128: its bit pattern with the top bit flipped is its value + 128. */
export function unsignedOf(b: BodyBuilder, x: string): Bytes {
  const top = b.cast(b.i32(128), "uint8");
  return { bytes: b.op("BitwiseXor", [b.cast(x, "uint8"), top]), zeroPoint: top };
}
