import { attr } from "../../../graph/attributes.ts";
import { permuted } from "../../../tensor/permute.ts";
import { toNumbers } from "../../../tensor/tensor.ts";
import { reshapedOrder, withAxis, withoutAxes } from "../axes.ts";
import type { Convert } from "../convert.ts";
import type { Emitter } from "../emitter.ts";
import { attrInts, type Dims } from "../node.ts";
import { tensorOfNumbers } from "../numbers.ts";
import { rankedDims, settled, wholeNumbers } from "../settle.ts";
import { countOf, isIdentity, physicalAxis, positive, Refused, type TensorValue } from "../value.ts";

/** Product of the known dimensions. */
const knownCount = (dims: Dims): number => dims.reduce<number>((count, dim) => count * (dim ?? 1), 1);
const unknowns = (dims: Dims): number => dims.filter((dim) => dim === null).length;

/** The shape wanted, with -1 worked out where that is possible; null stands for what is open. */
function targetDims(from: Dims | null, wanted: Dims): Dims {
  const free = wanted.map((dim) => (dim === -1 ? null : dim));
  if (!from || unknowns(free) !== 1) return free;
  const [count, rest] = [countOf(from), knownCount(free)];
  if (count === null || rest === 0) return free;
  return free.map((dim) => dim ?? count / rest);
}

/** Images that become rows of a matrix need no Transpose where their columns may be in any order. */
function looseRows(x: TensorValue, dims: Dims, to: Emitter): Pick<TensorValue, "loose"> {
  const inner = x.dims?.slice(1);
  if (x.perm?.[0] !== 0 || dims.length !== 2 || !inner?.every((dim) => dim !== null)) return {};
  if (dims[1] !== countOf(inner) || dims[0] !== x.dims![0]) return {};
  const places = tensorOfNumbers(
    "int32",
    inner as number[],
    Array.from({ length: dims[1]! }, (_, i) => i),
  );
  const columns = toNumbers(
    permuted(
      places,
      x.perm.slice(1).map((axis) => axis - 1),
    ),
  );
  const shape = to.ints([dims[0] ?? -1, dims[1]!], "shape");
  return {
    loose: { name: to.emit("Reshape", [x, shape], { dtype: x.dtype, dims }, {}, "loose").name, columns },
  };
}

/** The target's open dimension is the source's: both have one, and the others hold as many elements. */
export function reshape(x: TensorValue, target: Dims, to: Emitter, part = ""): TensorValue {
  const dims = targetDims(x.dims, target);
  const order = reshapedOrder(x, dims);
  const base = order ? x : to.plain(x);
  const lying = order ? order.map((axis) => dims[axis]!) : dims;
  const whole = dims.every((dim) => dim !== null);
  const constant = whole && !order ? to.reshapedConstant(base, dims as readonly number[]) : undefined;
  if (constant) return constant;
  const type = {
    dtype: x.dtype,
    dims,
    ...(order && !isIdentity(order) ? { perm: order } : {}),
  };
  const shape = () =>
    to.ints(
      lying.map((dim) => dim ?? -1),
      "shape",
    );
  if (whole && x.known && part === "")
    return settled(to, type, x.known, (full) => to.emit("Reshape", [base, shape()], full));
  const more = { ...(x.known ? { known: x.known } : {}), ...(order ? {} : looseRows(x, dims, to)) };
  return { ...to.emit("Reshape", [base, shape()], type, {}, part), ...more };
}

const reshapeOp: Convert = (_, [x, shape], to) => {
  const rank = shape!.known?.length ?? shape!.dims?.[0];
  const wanted =
    shape!.known ?? (rank === undefined || rank === null ? null : new Array<null>(rank).fill(null));
  if (wanted && unknowns(wanted.map((dim) => (dim === -1 ? null : dim))) < 2) return reshape(x!, wanted, to);
  const dims = wanted && targetDims(x!.dims, wanted);
  return to.emit("Reshape", [to.plain(x!), to.asInt64(shape!, "shape")], { dtype: x!.dtype, dims });
};

function squeeze(x: TensorValue, axes: readonly number[], to: Emitter, part = ""): TensorValue {
  const lying = axes.map((axis) => physicalAxis(x, axis)).sort((a, b) => a - b);
  const type = { dtype: x.dtype, ...withoutAxes(x, axes) };
  return settled(to, type, x.known, (full) =>
    to.emit("Squeeze", [x, to.ints(lying, "axes")], full, {}, part),
  );
}

const squeezeOp: Convert = (node, [x], to) => {
  const dims = rankedDims(x!, "a tensor to squeeze");
  const given =
    attrInts(node, "squeeze_dims").length > 0 ? attrInts(node, "squeeze_dims") : attrInts(node, "axis");
  if (given.length === 0 && dims.some((dim, axis) => dim === null && axis > 0))
    throw new Refused("Squeeze of all axes of length 1 where lengths are unknown");
  const axes =
    given.length > 0
      ? given.map((axis) => positive(axis, dims.length))
      : dims.flatMap((dim, axis) => (dim === 1 ? [axis] : []));
  return axes.length === 0 ? x! : squeeze(x!, axes, to);
};

export function expandDims(x: TensorValue, axis: number, to: Emitter, part = ""): TensorValue {
  const { at, ...type } = withAxis(x, axis);
  return settled(to, { dtype: x.dtype, ...type }, x.known, (full) =>
    to.emit("Unsqueeze", [x, to.ints([at], "axes")], full, {}, part),
  );
}

const expandDimsOp: Convert = (_, [x, axis], to) => {
  const [at] = wholeNumbers(axis, "an axis");
  return expandDims(x!, positive(at!, rankedDims(x!, "a tensor").length + 1), to);
};

/** Nothing is written: what reads the value says in which order it wants it. */
const transpose: Convert = (_, [x, order], to) => {
  if (!order!.known && x!.dims) throw new Refused("Transpose by an order that is computed at run time");
  const perm = wholeNumbers(order, "an order of axes");
  if (!x!.dims) {
    const type = { dtype: x!.dtype, dims: perm.map(() => null) };
    return to.emit("Transpose", [x!], type, { perm: attr.ints(perm) });
  }
  return to.relabel(x!, perm);
};

export const RESHAPE: Readonly<Record<string, Convert>> = {
  ExpandDims: expandDimsOp,
  Reshape: reshapeOp,
  Squeeze: squeezeOp,
  Transpose: transpose,
};

export { squeeze };
