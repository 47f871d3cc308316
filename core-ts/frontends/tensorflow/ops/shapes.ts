import { attr } from "../../../graph/attributes.ts";
import type { Convert } from "../convert.ts";
import { dtypeOf } from "../dtypes.ts";
import type { Emitter } from "../emitter.ts";
import { isAllKnown } from "../fold.ts";
import { attrType, type TfNode } from "../node.ts";
import { tensorOfNumbers } from "../numbers.ts";
import { rankedDims, settled, wholeNumbers } from "../settle.ts";
import { broadcast, countOf, positive, Refused, type TensorValue } from "../value.ts";

/** The type that Shape and its like give out. */
const intType = (node: TfNode, name = "out_type") => dtypeOf(attrType(node, name) ?? 3) ?? "int32";

function shapeOf(x: TensorValue, node: TfNode, to: Emitter, part = ""): TensorValue {
  const dtype = intType(node);
  const rank = x.dims?.length;
  const type = { dtype, dims: rank === undefined ? null : [rank] };
  const known = x.dims ? { known: x.dims } : {};
  return settled(to, type, x.dims ?? undefined, (full) => {
    const lying = to.emit("Shape", [x], { dtype: "int64", dims: type.dims }, {}, "int64");
    if (!x.perm) return { ...full, ...to.cast(lying, dtype, part), ...known };
    const order = to.numbers(
      "int64",
      [rank!],
      x.dims!.map((_, axis) => x.perm!.indexOf(axis)),
      "order",
    );
    const ordered = to.emit(
      "Gather",
      [lying, order],
      { dtype: "int64", dims: [rank!] },
      { axis: attr.int(0) },
      "ordered",
    );
    return { ...full, ...to.cast(ordered, dtype, part), ...known };
  });
}

const shapeN: Convert = (node, inputs, to) => inputs.map((x, i) => shapeOf(x, node, to, `${i}`));

const size: Convert = (node, [x], to) => {
  const dtype = intType(node);
  const count = x!.dims && countOf(x!.dims);
  return settled(to, { dtype, dims: [] }, [count], (type) => {
    const made = to.emit("Size", [x!], { dtype: "int64", dims: [] }, {}, "int64");
    return { ...to.cast(made, dtype, ""), known: type.known! };
  });
};

const rank: Convert = (_, [x], to) => to.scalar("int32", rankedDims(x!, "a tensor").length, "");

/** A shape as far as it is known: the elements of `shape`, or as many open dimensions as it has. */
function dimsFrom(shape: TensorValue): readonly (number | null)[] | null {
  if (shape.known) return shape.known;
  const count = shape.dims?.[0];
  return count === undefined || count === null ? null : new Array<null>(count).fill(null);
}

const fill: Convert = (_, [shape, value], to) => {
  const dims = dimsFrom(shape!);
  const { dtype } = value!;
  const [element] = value!.known ?? [];
  if (isAllKnown(shape!.known) && element !== undefined && element !== null) {
    const count = shape!.known.reduce((a, b) => a * b, 1);
    return to.numbers(dtype, shape!.known, new Array<number>(count).fill(element), "");
  }
  const sizes = to.asInt64(shape!, "shape");
  if (element === undefined || element === null) return to.emit("Expand", [value!, sizes], { dtype, dims });
  const one = { kind: "tensor", value: tensorOfNumbers(dtype, [1], [element]) } as const;
  return { ...to.emit("ConstantOfShape", [sizes], { dtype, dims }, { value: one }), every: element };
};

const range: Convert = (_, [start, limit, delta], to) => {
  const { dtype } = start!;
  const values = [start!, limit!, delta!].map(({ known }) => known?.[0] ?? null);
  const [from, end, step] = values;
  if (
    from === null ||
    end === null ||
    step === null ||
    from === undefined ||
    end === undefined ||
    step === undefined
  )
    return to.emit("Range", [start!, limit!, delta!], { dtype, dims: [null] });
  const count = Math.max(0, Math.ceil((end - from) / step));
  return to.numbers(
    dtype,
    [count],
    Array.from({ length: count }, (_, i) => from + i * step),
    "",
  );
};

const linSpace: Convert = (_, inputs, to) => {
  const [from, end, count] = inputs.map((x) => wholeNumbers(x, "a bound of LinSpace")[0]!) as [
    number,
    number,
    number,
  ];
  const step = count > 1 ? (end - from) / (count - 1) : 0;
  return to.numbers(
    inputs[0]!.dtype,
    [count],
    Array.from({ length: count }, (_, i) => from + i * step),
    "",
  );
};

const broadcastTo: Convert = (_, [x, shape], to) => {
  const dims = broadcast([x!.dims, dimsFrom(shape!)]);
  return to.emit("Expand", [to.plain(x!), to.asInt64(shape!, "shape")], { dtype: x!.dtype, dims });
};

/** The shape two operands have together. */
const broadcastArgs: Convert = (_, [a, b], to) => {
  const known = a!.known && b!.known && broadcast([a!.known, b!.known]);
  if (!known || known.some((dim) => dim === null))
    throw new Refused("BroadcastArgs of shapes computed at run time");
  return to.numbers(a!.dtype, [known.length], known as number[], "");
};

const tile: Convert = (_, [x, repeats], to) => {
  const dims = rankedDims(x!, "a tensor to tile");
  const times = dimsFrom(repeats!);
  const type = {
    dtype: x!.dtype,
    dims: dims.map((dim, axis) =>
      dim === null || !times || times[axis] === null ? null : dim * times[axis]!,
    ),
  };
  if (isAllKnown(repeats!.known)) {
    const known = repeats!.known;
    if (known.every((time) => time === 1)) return x!;
    const order = x!.perm ?? dims.map((_, axis) => axis);
    const lying = to.ints(
      order.map((axis) => known[axis]!),
      "repeats",
    );
    return to.emit("Tile", [x!, lying], { ...type, ...(x!.perm ? { perm: x!.perm } : {}) });
  }
  return to.emit("Tile", [to.plain(x!), to.asInt64(repeats!, "repeats")], type);
};

const invertPermutation: Convert = (_, [order], to) => {
  const perm = wholeNumbers(order, "a permutation");
  return to.numbers(
    order!.dtype,
    [perm.length],
    perm.map((_, i) => perm.indexOf(i)),
    "",
  );
};

const oneHot: Convert = (node, [indices, depth, on, off], to) => {
  const { dtype } = on!;
  const dims = rankedDims(indices!, "indices");
  const given = node.attrs.get("axis");
  const axis = positive(given?.kind === "int" ? given.value : -1, dims.length + 1);
  const [length] = depth!.known ?? [null];
  const type = { dtype, dims: [...dims.slice(0, axis), length ?? null, ...dims.slice(axis)] };
  const pair = to.emit(
    "Concat",
    [expand(off!, to, "off"), expand(on!, to, "on")],
    { dtype, dims: [2] },
    { axis: attr.int(0) },
    "values",
  );
  return to.emit("OneHot", [to.plain(indices!), expand(depth!, to, "depth"), pair], type, {
    axis: attr.int(axis),
  });
};

const expand = (x: TensorValue, to: Emitter, part: string): TensorValue => {
  const [value] = x.known ?? [];
  if (value !== undefined && value !== null) return to.numbers(x.dtype, [1], [value], part);
  return to.emit("Unsqueeze", [x, to.ints([0], "axes")], { dtype: x.dtype, dims: [1] }, {}, part);
};

/** Indices of what is not 0, a row each. */
const where: Convert = (_, [x], to) => {
  const { length: rank } = rankedDims(x!, "a tensor");
  const found = to.emit("NonZero", [to.plain(x!)], { dtype: "int64", dims: [rank, null] }, {}, "axes");
  return to.emit("Transpose", [found], { dtype: "int64", dims: [null, rank] }, { perm: attr.ints([1, 0]) });
};

const identity: Convert = (_, inputs) => inputs;

/** Shape is stated: what was open may become known. */
const ensureShape: Convert = (node, [x]) => {
  const stated = node.attrs.get("shape");
  if (stated?.kind !== "shape" || !stated.value) return x!;
  return { ...x!, dims: stated.value.map((dim, axis) => dim ?? x!.dims?.[axis] ?? null) };
};

export const SHAPES: Readonly<Record<string, Convert>> = {
  BroadcastArgs: broadcastArgs,
  BroadcastTo: broadcastTo,
  CheckNumerics: identity,
  EnsureShape: ensureShape,
  Fill: fill,
  Identity: identity,
  IdentityN: identity,
  InvertPermutation: invertPermutation,
  LinSpace: linSpace,
  OneHot: oneHot,
  PlaceholderWithDefault: identity,
  PreventGradient: identity,
  Range: range,
  Rank: rank,
  Shape: (node, [x], to) => shapeOf(x!, node, to),
  ShapeN: shapeN,
  Size: size,
  Snapshot: identity,
  StopGradient: identity,
  Tile: tile,
  Where: where,
};
