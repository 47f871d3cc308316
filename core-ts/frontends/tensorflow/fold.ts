/** Arithmetic of elements that are known at conversion: shapes, loop counters, conditions. null stands for an element that is not known. */
import type { Dims } from "./node.ts";
import { countOf } from "./value.ts";

export type Known = readonly (number | null)[];

interface Operand {
  readonly known?: Known;
  readonly dims: Dims | null;
}

function isWhole(dims: Dims | null): dims is readonly number[] {
  return dims?.every((dim) => dim !== null) === true;
}

/** For each element of `dims` the offset of the element of `from` that broadcasting puts there. */
function offsets(from: readonly number[], dims: readonly number[]): number[] {
  const missing = dims.length - from.length;
  let step = 1;
  const steps = from.map(() => 0);
  for (let axis = from.length - 1; axis >= 0; axis--) {
    steps[axis] = from[axis] === 1 ? 0 : step;
    step *= from[axis]!;
  }
  const count = countOf(dims) ?? 0;
  return Array.from({ length: count }, (_, i) => {
    let [rest, offset] = [i, 0];
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const at = rest % dims[axis]!;
      rest = (rest - at) / dims[axis]!;
      if (axis >= missing) offset += at * steps[axis - missing]!;
    }
    return offset;
  });
}

/** Elementwise over broadcast operands; undefined where nothing is known. */
export function foldElementwise(
  operands: readonly Operand[],
  dims: Dims | null,
  compute: (...values: number[]) => number,
): { known: Known } | undefined {
  if (!isWhole(dims)) return undefined;
  const columns: Known[] = [];
  for (const operand of operands) {
    if (!operand.known || !isWhole(operand.dims)) return undefined;
    const known = operand.known;
    columns.push(offsets(operand.dims, dims).map((offset) => known[offset] ?? null));
  }
  const count = countOf(dims) ?? 0;
  const known = Array.from({ length: count }, (_, i) => {
    const values = columns.map((column) => column[i] ?? null);
    return values.some((value) => value === null) ? null : compute(...(values as number[]));
  });
  return { known };
}

/** True where each element is known. */
export const isAllKnown = (known: Known | undefined): known is readonly number[] =>
  known?.every((value) => value !== null) === true;
