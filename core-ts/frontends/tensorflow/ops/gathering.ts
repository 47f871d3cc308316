import { attr } from "../../../graph/attributes.ts";
import type { Convert } from "../convert.ts";
import type { Emitter } from "../emitter.ts";
import { foldElementwise } from "../fold.ts";
import { attrInt, attrString, type Dims } from "../node.ts";
import { tensorOfNumbers } from "../numbers.ts";
import { rankedDims, settled, wholeNumbers } from "../settle.ts";
import { physicalAxis, positive, Refused, type TensorValue } from "../value.ts";
import { likewise } from "./elementwise.ts";

/** Negative indices are errors in the original, so that none comes here. */
const gather: Convert = (node, [x, indices, axisInput], to) => {
  const dims = rankedDims(x!, "a tensor to gather from");
  if (attrInt(node, "batch_dims", 0) !== 0) throw new Refused("GatherV2 with batch_dims");
  const axis = positive(axisInput ? wholeNumbers(axisInput, "the axis of GatherV2")[0]! : 0, dims.length);
  const at = rankedDims(indices!, "indices");
  const type = { dtype: x!.dtype, dims: [...dims.slice(0, axis), ...at, ...dims.slice(axis + 1)] };
  const { known } = x!;
  const folded =
    known && dims.length === 1
      ? foldElementwise([indices!], at, (i) => known[i] ?? Number.NaN)?.known
      : undefined;
  const isOpen = folded?.some((value) => Number.isNaN(value)) === true;
  return settled(to, type, isOpen ? undefined : folded, (full) =>
    to.emit("Gather", [to.plain(x!), to.plain(indices!)], full, { axis: attr.int(axis) }),
  );
};

const gatherNd: Convert = (_, [x, indices], to) => {
  const [dims, at] = [x!.dims, indices!.dims];
  const depth = at?.at(-1);
  const shape =
    dims && at && depth !== null && depth !== undefined ? [...at.slice(0, -1), ...dims.slice(depth)] : null;
  const places = to.asInt64(to.plain(indices!), "indices");
  return to.emit("GatherND", [to.plain(x!), places], { dtype: x!.dtype, dims: shape });
};

const scatterNd: Convert = (_, [indices, updates, shape], to) => {
  const { dtype } = updates!;
  const dims = shape!.known ?? null;
  const zero = { kind: "tensor", value: tensorOfNumbers(dtype, [1], [0]) } as const;
  const empty = to.emit(
    "ConstantOfShape",
    [to.asInt64(shape!, "shape")],
    { dtype, dims },
    { value: zero },
    "zeros",
  );
  const places = to.asInt64(to.plain(indices!), "indices");
  return to.emit(
    "ScatterND",
    [empty, places, to.plain(updates!)],
    { dtype, dims },
    { reduction: attr.string("add") },
  );
};

/** A slice with step -1 along each axis. */
function reversed(x: TensorValue, axes: readonly number[], to: Emitter): TensorValue {
  if (axes.length === 0) return x;
  const lying = axes.map((axis) => physicalAxis(x, axis));
  const all = (value: number, part: string) =>
    to.ints(
      lying.map(() => value),
      part,
    );
  const inputs = [
    all(-1, "starts"),
    all(-Number.MAX_SAFE_INTEGER, "ends"),
    to.ints(lying, "axes"),
    all(-1, "steps"),
  ];
  return to.emit("Slice", [x, ...inputs], likewise(x));
}

const reverse: Convert = (_, [x, axes], to) => {
  const { length: rank } = rankedDims(x!, "a tensor to reverse");
  const given = wholeNumbers(axes, "the axes of Reverse");
  // The old op marks axes with booleans.
  const marked = axes!.dtype === "bool" ? given.flatMap((is, axis) => (is ? [axis] : [])) : given;
  return reversed(
    x!,
    marked.map((axis) => positive(axis, rank)),
    to,
  );
};

const reverseSequence: Convert = (node, [x, lengths], to) => {
  const time = attrInt(node, "seq_dim", 0);
  const batch = attrInt(node, "batch_dim", 0);
  if (time > 1 || batch > 1) throw new Refused("ReverseSequence along an axis other than the first two");
  return to.emit(
    "ReverseSequence",
    [to.plain(x!), to.asInt64(lengths!, "lengths")],
    { dtype: x!.dtype, dims: x!.dims },
    {
      batch_axis: attr.int(batch),
      time_axis: attr.int(time),
    },
  );
};

type Pads = readonly (readonly [number, number])[];

const padsOf = (value: TensorValue | undefined): Pads => {
  const flat = wholeNumbers(value, "paddings");
  return Array.from(
    { length: flat.length / 2 },
    (_, axis) => [flat[2 * axis]!, flat[2 * axis + 1]!] as const,
  );
};

const pad =
  (mode: string): Convert =>
  (_, [x, paddings, value], to) => {
    const dims = rankedDims(x!, "a tensor to pad");
    const pads = padsOf(paddings);
    if (pads.every(([begin, end]) => begin === 0 && end === 0)) return x!;
    const order = x!.perm ?? dims.map((_, axis) => axis);
    const lying = to.ints(
      [...order.map((axis) => pads[axis]![0]), ...order.map((axis) => pads[axis]![1])],
      "pads",
    );
    const shape: Dims = dims.map((dim, axis) =>
      dim === null ? null : dim + pads[axis]![0] + pads[axis]![1],
    );
    const attrs = { mode: attr.string(mode) };
    return to.emit("Pad", [x!, lying, ...(value ? [value] : [])], { ...likewise(x!), dims: shape }, attrs);
  };

/** Where mirrored rows come from: SYMMETRIC repeats the edge, which ONNX's reflect leaves out. */
function mirroredRows(size: number, [begin, end]: readonly [number, number]): number[] {
  const row = (i: number) => (i < 0 ? -1 - i : i >= size ? 2 * size - 1 - i : i);
  return Array.from({ length: begin + size + end }, (_, i) => row(i - begin));
}

const mirrorPad: Convert = (node, [x, paddings], to) => {
  const isReflect = attrString(node, "mode", "REFLECT") === "REFLECT";
  if (isReflect) return pad("reflect")(node, [x!, paddings!], to);
  const dims = rankedDims(x!, "a tensor to pad");
  return padsOf(paddings).reduce((value, pads, axis) => {
    if (pads[0] === 0 && pads[1] === 0) return value;
    const size = dims[axis];
    if (size === null || size === undefined) throw new Refused("MirrorPad of an axis of unknown length");
    const rows = mirroredRows(size, pads);
    const shape = value.dims!.map((dim, i) => (i === axis ? rows.length : dim));
    const from = to.numbers("int64", [rows.length], rows, "rows");
    return to.emit(
      "Gather",
      [value, from],
      { ...likewise(value), dims: shape },
      { axis: attr.int(physicalAxis(value, axis)) },
    );
  }, x!);
};

export const GATHERING: Readonly<Record<string, Convert>> = {
  Gather: gather,
  GatherNd: gatherNd,
  GatherV2: gather,
  MirrorPad: mirrorPad,
  Pad: pad("constant"),
  PadV2: pad("constant"),
  Reverse: reverse,
  ReverseSequence: reverseSequence,
  ReverseV2: reverse,
  ScatterNd: scatterNd,
};
