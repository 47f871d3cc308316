import { withoutAxes } from "../axes.ts";
import type { Convert } from "../convert.ts";
import type { Emitter } from "../emitter.ts";
import { isAllKnown, type Known } from "../fold.ts";
import { tensorOf } from "../list.ts";
import { attrInt, type Dims, type TfNode } from "../node.ts";
import { rankedDims, settled, wholeNumbers } from "../settle.ts";
import { countOf, physicalAxis, Refused, type TensorValue } from "../value.ts";
import { expandDims, squeeze } from "./reshape.ts";

/** One axis of a slice; `end` is null where it goes as far as the axis does. */
interface Cut {
  readonly axis: number;
  readonly begin: number;
  readonly end: number | null;
  readonly step: number;
}

const FAR = Number.MAX_SAFE_INTEGER;
const isAll = ({ begin, end, step }: Cut): boolean => begin === 0 && end === null && step === 1;

/** First index and number of the elements that a cut takes of an axis. */
function taken({ begin, end, step }: Cut, size: number): { first: number; count: number } {
  const bound = (at: number, low: number, high: number) =>
    Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const first = bound(begin, low, high);
  const last = end === null ? (step > 0 ? size : -1) : bound(end, low, high);
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}

function cutDim(cut: Cut, size: number | null): number | null {
  if (size !== null) return taken(cut, size).count;
  const { begin, end, step } = cut;
  return isAll(cut) ? null : begin >= 0 && end !== null && end >= 0 && step === 1 ? end - begin : null;
}

/** The elements that are known behind the cuts. */
function cutKnown({ known, dims }: TensorValue, cuts: readonly Cut[]): Known | undefined {
  if (!known || !dims || countOf(dims) === null) return undefined;
  let elements: { at: number }[] = [{ at: 0 }];
  for (const [axis, dim] of dims.entries()) {
    const cut = cuts.find((one) => one.axis === axis) ?? { axis, begin: 0, end: null, step: 1 };
    const { first, count } = taken(cut, dim!);
    elements = elements.flatMap(({ at }) =>
      Array.from({ length: count }, (_, i) => ({ at: at * dim! + first + i * cut.step })),
    );
  }
  return elements.map(({ at }) => known[at] ?? null);
}

function slice(x: TensorValue, cuts: readonly Cut[], to: Emitter, part = ""): TensorValue {
  const real = cuts.filter((cut) => !isAll(cut));
  if (real.length === 0) return x;
  const dims = x.dims!.map((dim, axis) => {
    const cut = real.find((one) => one.axis === axis);
    return cut ? cutDim(cut, dim) : dim;
  });
  const type = { dtype: x.dtype, dims, ...(x.perm ? { perm: x.perm } : {}) };
  return settled(to, type, cutKnown(x, real), (full) => {
    const ends = real.map(({ end, step }) => end ?? (step > 0 ? FAR : -FAR));
    const inputs = [
      to.ints(
        real.map(({ begin }) => begin),
        "starts",
      ),
      to.ints(ends, "ends"),
      to.ints(
        real.map(({ axis }) => physicalAxis(x, axis)),
        "axes",
      ),
      to.ints(
        real.map(({ step }) => step),
        "steps",
      ),
    ];
    return to.emit("Slice", [x, ...inputs], full, {}, part);
  });
}

/** size -1 goes to the end. */
const sliceOp: Convert = (_, [x, begin, size], to) => {
  rankedDims(x!, "a tensor to slice");
  const starts = wholeNumbers(begin, "the begin of Slice");
  const sizes = size!.known;
  if (!sizes) throw new Refused("the size of Slice that is computed at run time");
  const cuts = starts.map((first, axis) => {
    const length = sizes[axis]!;
    // An open size that starts at 0 is the open axis itself.
    if (length === null && (first !== 0 || x!.dims![axis] !== null))
      throw new Refused("the size of Slice that is computed at run time");
    const isRest = length === -1 || length === null || first + length === x!.dims![axis];
    return { axis, begin: first, end: isRest ? null : first + length, step: 1 };
  });
  return slice(x!, cuts, to);
};

interface Spec {
  readonly cuts: readonly Cut[];
  readonly gone: readonly number[];
  /** Places of new axes in the result. */
  readonly added: readonly number[];
}

const bit = (mask: number, i: number): boolean => ((mask >> i) & 1) === 1;

/** The masks of StridedSlice, one entry of begin after the other (strided_slice in array_ops.py). */
function specOf(node: TfNode, rank: number, numbers: readonly Known[]): Spec {
  const [begins, ends, strides] = numbers as [Known, Known, Known];
  const mask = (name: string) => attrInt(node, name, 0);
  const count = begins.length;
  const isNew = (i: number) => bit(mask("new_axis_mask"), i) && !bit(mask("ellipsis_mask"), i);
  const fresh = begins.filter((_, i) => isNew(i)).length;
  const [cuts, gone, added]: [Cut[], number[], number[]] = [[], [], []];
  let [axis, place] = [0, 0];
  for (let i = 0; i < count; i++) {
    if (bit(mask("ellipsis_mask"), i)) {
      const skipped = Math.max(0, rank - (count - fresh - 1));
      axis += skipped;
      place += skipped;
    } else if (isNew(i)) added.push(place++);
    else {
      const step = strides[i]!;
      const begin = bit(mask("begin_mask"), i) ? (step > 0 ? 0 : FAR) : begins[i]!;
      const isShrunk = bit(mask("shrink_axis_mask"), i);
      const end = bit(mask("end_mask"), i) ? null : ends[i]!;
      if (begin === null || step === null || (end === null && !isShrunk && !bit(mask("end_mask"), i)))
        throw new Refused("StridedSlice from or to where is computed at run time");
      const one = isShrunk && !bit(mask("begin_mask"), i) ? begins[i]! : begin;
      cuts.push(
        isShrunk
          ? { axis, begin: one, end: one === -1 ? null : one + 1, step: 1 }
          : { axis, begin, end, step },
      );
      if (isShrunk) gone.push(axis);
      else place++;
      axis++;
    }
  }
  return { cuts, gone, added };
}

const stridedSlice: Convert = (node, [x, begin, end, strides], to) => {
  const { length: rank } = rankedDims(x!, "a tensor to slice");
  const length = begin!.known?.length ?? end!.known?.length ?? begin!.dims?.[0];
  if (length === undefined || length === null) throw new Refused("StridedSlice of unknown extent");
  const numbers = [begin!, end!, strides!].map(({ known }) => known ?? new Array<null>(length).fill(null));
  const { cuts, gone, added } = specOf(node, rank, numbers);
  const [only] = cuts;
  // One item of a stack is the item itself.
  if (x!.parts && gone.length === 1 && gone[0] === 0 && cuts.slice(1).every(isAll) && added.length === 0) {
    const at = only!.begin < 0 ? only!.begin + x!.parts.length : only!.begin;
    if (x!.parts[at]) return tensorOf(x!.parts[at], to);
  }
  const known = cutKnown(x!, cuts);
  const dims = added.reduce<Dims>(
    (all, at) => [...all.slice(0, at), 1, ...all.slice(at)],
    withoutAxes({ dims: x!.dims!.map((dim, axis) => cutAt(cuts, axis, dim)) }, gone).dims,
  );
  if (isAllKnown(known) && countOf(dims) !== null) return to.numbers(x!.dtype, dims as number[], known, "");
  let value = slice(x!, cuts, to, gone.length + added.length > 0 ? "sliced" : "");
  if (gone.length > 0) value = squeeze(value, gone, to, added.length > 0 ? "squeezed" : "");
  for (const [i, at] of added.entries())
    value = expandDims(value, at, to, i < added.length - 1 ? "unsqueezed" : "");
  return value;
};

function cutAt(cuts: readonly Cut[], axis: number, dim: number | null): number | null {
  const cut = cuts.find((one) => one.axis === axis);
  return cut ? cutDim(cut, dim) : dim;
}

export const SLICING: Readonly<Record<string, Convert>> = { Slice: sliceOp, StridedSlice: stridedSlice };
