import type { Dims } from "./node.ts";
import { isIdentity, type TensorValue } from "./value.ts";

type Shaped = Pick<TensorValue, "dims" | "perm">;

const orderOf = (perm: readonly number[]): { perm?: readonly number[] } => (isIdentity(perm) ? {} : { perm });

/** Shape and order once some axes (numbers of the original) are gone. */
export function withoutAxes(
  { dims, perm }: Shaped,
  gone: readonly number[],
): { dims: Dims; perm?: readonly number[] } {
  const rest = dims!.flatMap((dim, axis) => (gone.includes(axis) ? [] : [dim]));
  if (!perm) return { dims: rest };
  const stay = perm.filter((axis) => !gone.includes(axis));
  return { dims: rest, ...orderOf(stay.map((axis) => axis - gone.filter((one) => one < axis).length)) };
}

/** Shape and order with a new axis of length 1, and where it stands in the ONNX value: behind the axis that is before it. */
export function withAxis(
  { dims, perm }: Shaped,
  axis: number,
): { dims: Dims; perm?: readonly number[]; at: number } {
  const wider = [...dims!.slice(0, axis), 1, ...dims!.slice(axis)];
  if (!perm) return { dims: wider, at: axis };
  const at = axis === 0 ? 0 : perm.indexOf(axis - 1) + 1;
  const shifted = perm.map((one) => (one >= axis ? one + 1 : one));
  return { dims: wider, ...orderOf([...shifted.slice(0, at), axis, ...shifted.slice(at)]), at };
}

interface Group {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** The axes that one side merges or the other splits; undefined where they can't be told. */
function groupsOf(from: Dims, to: Dims): Group[] | undefined {
  const groups: { from: number[]; to: number[] }[] = [];
  let [i, j] = [0, 0];
  while (i < from.length && j < to.length) {
    const group = { from: [i], to: [j] };
    groups.push(group);
    let [a, b] = [from[i++]!, to[j++]!];
    if (a === null && b === null) continue;
    while (a !== b) {
      const isFrom = a !== null && b !== null && a < b;
      const next = isFrom ? from[i] : to[j];
      if (a === null || b === null || next === null || next === undefined) return undefined;
      if (isFrom) {
        a *= next;
        group.from.push(i++);
      } else {
        b *= next;
        group.to.push(j++);
      }
    }
  }
  const last = groups.at(-1);
  if (!last || from.slice(i).some((dim) => dim !== 1) || to.slice(j).some((dim) => dim !== 1))
    return undefined;
  for (; i < from.length; i++) last.from.push(i);
  for (; j < to.length; j++) last.to.push(j);
  return groups;
}

/** The order that a reshape leaves, where it can be done on the ONNX value as it lies; undefined where it can't. */
export function reshapedOrder({ dims, perm }: Shaped, to: Dims): readonly number[] | undefined {
  if (!dims || !perm) return undefined;
  const groups = groupsOf(dims, to);
  if (!groups) return undefined;
  const placed = groups.map((group) => {
    const solid = group.from.filter((axis) => dims[axis] !== 1);
    const places = solid.map((axis) => perm.indexOf(axis));
    return { group, places, at: places[0] ?? perm.indexOf(group.from[0]!) };
  });
  const solidOrder = perm.filter((axis) => dims[axis] !== 1);
  const areWhole = groups.every(({ from }) => {
    const places = from.filter((axis) => dims[axis] !== 1).map((axis) => solidOrder.indexOf(axis));
    return places.every((place, i) => i === 0 || place === places[i - 1]! + 1);
  });
  if (!areWhole) return undefined;
  return placed.sort((a, b) => a.at - b.at).flatMap(({ group }) => group.to);
}
