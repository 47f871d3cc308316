import type { Emitter } from "./emitter.ts";
import { isAllKnown, type Known } from "./fold.ts";
import type { Dims } from "./node.ts";
import { Refused, type TensorType, type TensorValue } from "./value.ts";

/** A constant where every element of the result is known, else what `emit` writes, with what is known of it. */
export function settled(
  to: Emitter,
  type: TensorType,
  known: Known | undefined,
  emit: (type: TensorType) => TensorValue,
): TensorValue {
  const { dims } = type;
  const whole = dims?.every((dim) => dim !== null) === true;
  if (whole && isAllKnown(known)) return to.numbers(type.dtype, dims as readonly number[], known, "");
  return emit(known ? { ...type, known } : type);
}

/** The elements of an input that has to be constant. @throws Refused */
export function wholeNumbers(value: TensorValue | undefined, what: string): readonly number[] {
  if (value && isAllKnown(value.known)) return value.known;
  throw new Refused(`${what} that is computed at run time`);
}

/** The shape of an input whose rank has to be known. @throws Refused */
export function rankedDims(value: TensorValue, what: string): Dims {
  if (value.dims) return value.dims;
  throw new Refused(`${what} of unknown rank`);
}
