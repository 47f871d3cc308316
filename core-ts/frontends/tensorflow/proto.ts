import Long from "long";
import protobuf from "protobufjs/minimal.js";
import { ModelError, reasonOf } from "../../errors.ts";
import { tensorflow } from "./generated/tensorflow.js";

// Without Long, protobufjs would round int64 to float64 numbers.
protobuf.util.Long = Long;
protobuf.configure();

export { tensorflow };
export type LongLike = number | Long;

export function toNumber(value: LongLike | null | undefined): number {
  if (value === null || value === undefined) return 0;
  return typeof value === "number" ? value : value.toNumber();
}

/** @param what the file should be, in words. @throws ModelError for bytes that are no such message. */
export function decoded<M>(
  decode: (bytes: Uint8Array) => M,
  bytes: Uint8Array,
  file: string,
  what: string,
): M {
  try {
    return decode(bytes);
  } catch (cause) {
    throw new ModelError(
      `${file} is no ${what}, or it is cut off: ${reasonOf(cause)}; save it again, and check that it was copied whole`,
      { file, cause },
    );
  }
}
