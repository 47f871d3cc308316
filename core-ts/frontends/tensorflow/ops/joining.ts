import { attr } from "../../../graph/attributes.ts";
import type { Convert } from "../convert.ts";
import type { Emitter } from "../emitter.ts";
import type { Known } from "../fold.ts";
import { attrInt, type Dims } from "../node.ts";
import { rankedDims, settled, wholeNumbers } from "../settle.ts";
import { physicalAxis, positive, Refused, type TensorValue } from "../value.ts";
import { expandDims, squeeze } from "./reshape.ts";

function joinedDims(parts: readonly TensorValue[], axis: number): Dims | null {
  const [first] = parts;
  if (!first?.dims) return null;
  return first.dims.map((dim, i) => {
    const all = parts.map((part) => part.dims?.[i] ?? null);
    if (i === axis) return all.some((one) => one === null) ? null : all.reduce<number>((a, b) => a + b!, 0);
    return dim ?? all.find((one) => one !== null) ?? null;
  });
}

/** Only vectors, and rows of a new first axis, are followed. */
function joinedKnown(parts: readonly TensorValue[], axis: number): Known | undefined {
  if (axis !== 0 || parts.some((part) => !part.known)) return undefined;
  return parts.flatMap((part) => part.known!);
}

export function concat(parts: readonly TensorValue[], axis: number, to: Emitter): TensorValue {
  const perm = parts.find((part) => part.perm)?.perm;
  const arranged = parts.map((part) => to.arrange(part, perm));
  const type = { dtype: parts[0]!.dtype, dims: joinedDims(parts, axis), ...(perm ? { perm } : {}) };
  return settled(to, type, joinedKnown(parts, axis), (full) =>
    to.emit("Concat", arranged, full, { axis: attr.int(physicalAxis({ ...(perm ? { perm } : {}) }, axis)) }),
  );
}

/** Parts that hold no element are left out: their rank may differ. */
function joined(parts: readonly TensorValue[], axis: TensorValue, to: Emitter): TensorValue {
  const [at] = wholeNumbers(axis, "the axis of Concat");
  const { length: rank } = rankedDims(parts[0]!, "a part of Concat");
  return parts.length === 1 ? parts[0]! : concat(parts, positive(at!, rank), to);
}

const pack: Convert = (node, inputs, to) => {
  const rank = rankedDims(inputs[0]!, "a part of Pack").length;
  const axis = positive(attrInt(node, "axis", 0), rank + 1);
  const parts = inputs.map((x) => expandDims(x, axis, to, "unsqueezed"));
  return parts.length === 1 ? parts[0]! : concat(parts, axis, to);
};

/** Sizes along the axis; the known elements of a vector, or of the first axis, part by part. */
function splitInto(x: TensorValue, axis: number, sizes: readonly number[], to: Emitter): TensorValue[] {
  if (sizes.length === 1) return [x];
  const dims = rankedDims(x, "a tensor to split");
  const perm = x.perm ? { perm: x.perm } : {};
  const types = sizes.map((size) => ({
    dtype: x.dtype,
    dims: dims.map((dim, i) => (i === axis ? size : dim)),
    ...perm,
  }));
  if (x.known && dims.length === 1) {
    const begins = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
    const pieces = sizes.map((size, i) => x.known!.slice(begins[i]!, begins[i]! + size));
    if (pieces.every((piece) => piece.every((one) => one !== null)))
      return pieces.map((piece, i) => to.numbers(x.dtype, [sizes[i]!], piece as number[], `${i}`));
    const made = to.emitMany("Split", [x, to.ints(sizes, "sizes")], types, { axis: attr.int(0) });
    return made.map((value, i) => ({ ...value, known: pieces[i]! }));
  }
  return to.emitMany("Split", [x, to.ints(sizes, "sizes")], types, { axis: attr.int(physicalAxis(x, axis)) });
}

const split: Convert = (node, [axis, x], to) => {
  const dims = rankedDims(x!, "a tensor to split");
  const at = positive(wholeNumbers(axis, "the axis of Split")[0]!, dims.length);
  const count = attrInt(node, "num_split", 1);
  const size = dims[at];
  if (size === null || size === undefined) throw new Refused("Split of an axis of unknown length");
  return splitInto(x!, at, new Array<number>(count).fill(size / count), to);
};

const splitV: Convert = (_, [x, sizes, axis], to) => {
  const dims = rankedDims(x!, "a tensor to split");
  const at = positive(wholeNumbers(axis, "the axis of SplitV")[0]!, dims.length);
  const given = wholeNumbers(sizes, "the sizes of SplitV");
  const rest = (dims[at] ?? 0) - given.reduce((sum, size) => sum + Math.max(size, 0), 0);
  return splitInto(
    x!,
    at,
    given.map((size) => (size < 0 ? rest : size)),
    to,
  );
};

const unpack: Convert = (node, [x], to) => {
  const dims = rankedDims(x!, "a tensor to unpack");
  const axis = positive(attrInt(node, "axis", 0), dims.length);
  const count = attrInt(node, "num", dims[axis] ?? 0);
  const parts = splitInto(x!, axis, new Array<number>(count).fill(1), to);
  return parts.map((part, i) => squeeze(part, [axis], to, `item${i}`));
};

export const JOINING: Readonly<Record<string, Convert>> = {
  Concat: (_, [axis, ...parts], to) => joined(parts, axis!, to),
  ConcatV2: (_, inputs, to) => joined(inputs.slice(0, -1), inputs.at(-1)!, to),
  Pack: pack,
  Split: split,
  SplitV: splitV,
  Unpack: unpack,
};
