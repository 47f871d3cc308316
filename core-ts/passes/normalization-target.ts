/** Which op a normalisation pattern becomes, and how its constants become the op's parameters. */
import { attr } from "../graph/attributes.ts";
import type { Attribute } from "../graph/graph.ts";
import { elementCount, type Tensor } from "../tensor/tensor.ts";
import type { Normalization } from "./normalization-pattern.ts";

export interface Target {
  readonly op: "LayerNormalization" | "SimplifiedLayerNormalization" | "InstanceNormalization";
  readonly attrs: Readonly<Record<string, Attribute>>;
  /** Axes of x that the parameters have, in the order of the op's. */
  readonly parameterAxes: readonly number[];
  readonly parameterDims: readonly number[];
  /** Order of axes in which the rows come last; absent where they do already. */
  readonly perm?: readonly number[];
}

function layerTarget({ axes, isCentered }: Normalization, dims: readonly number[]): Target {
  const others = dims.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const isLast = axes[0] === dims.length - axes.length;
  return {
    op: isCentered ? "LayerNormalization" : "SimplifiedLayerNormalization",
    attrs: { axis: attr.int(others.length) },
    parameterAxes: axes,
    parameterDims: axes.map((axis) => dims[axis]!),
    ...(isLast ? {} : { perm: [...others, ...axes] }),
  };
}

/** For rows that are all axes behind N and C, or, channels last, all between N and C. */
function instanceTarget({ axes, isCentered }: Normalization, dims: readonly number[]): Target | undefined {
  const all = dims.map((_, axis) => axis);
  const last = all.length - 1;
  const target = (channel: number, perm?: readonly number[]): Target => ({
    op: "InstanceNormalization",
    attrs: {},
    parameterAxes: [channel],
    parameterDims: [dims[channel]!],
    ...(perm ? { perm } : {}),
  });
  if (!isCentered || all.length < 3) return undefined;
  if (axes.join() === all.slice(2).join()) return target(1);
  return axes.join() === all.slice(1, last).join() ? target(last, [0, last, ...axes]) : undefined;
}

/** Where both ops would do, the constants decide, and without them the axes: rows of one axis are LayerNormalization. */
export function targetOf(
  found: Normalization,
  dims: readonly number[],
  constants: readonly (Tensor | undefined)[],
): Target {
  const layer = layerTarget(found, dims);
  const instance = instanceTarget(found, dims);
  if (!instance) return layer;
  const [first, second] = found.axes.length === 1 ? [layer, instance] : [instance, layer];
  const given = constants.filter((constant) => constant !== undefined);
  const fitsAll = (target: Target) => given.every((constant) => fitted(constant, target, dims) !== undefined);
  return !fitsAll(first) && fitsAll(second) ? second : first;
}

/** The constant as the op's parameter, its single elements repeated; undefined when it varies along other axes than these. */
export function fitted(
  constant: Tensor,
  { parameterAxes, parameterDims }: Target,
  dims: readonly number[],
): Float32Array | undefined {
  const skip = dims.length - constant.dims.length;
  if (constant.dtype !== "float32" || skip < 0) return undefined;
  const dimOf = (axis: number) => (axis < skip ? 1 : constant.dims[axis - skip]!);
  if (dims.some((dim, axis) => dimOf(axis) !== 1 && (dimOf(axis) !== dim || !parameterAxes.includes(axis))))
    return undefined;
  return Float32Array.from({ length: elementCount(parameterDims) }, (_, flat) => {
    let [rest, from, stride] = [flat, 0, 1];
    for (let i = parameterAxes.length - 1; i >= 0; i--) {
      const at = rest % parameterDims[i]!;
      rest = (rest - at) / parameterDims[i]!;
      const size = dimOf(parameterAxes[i]!);
      if (size === 1) continue;
      from += at * stride;
      stride *= size;
    }
    return constant.data[from]!;
  });
}
