import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { type Call, flatIndex, make, positions } from "../integers.ts";

/** ONNX Pad; negative pads crop. */
export function padTwin(call: Call): Tensor {
  const [x, pads, value] = call.inputs;
  const rank = x!.dims.length;
  const dims = x!.dims.map((dim, i) => dim + pads!.data[i]! + pads!.data[rank + i]!);
  const fold: Readonly<Record<string, (i: number, n: number) => number>> = {
    constant: (i, n) => (i >= 0 && i < n ? i : -1),
    edge: (i, n) => Math.min(Math.max(i, 0), n - 1),
    reflect: (i, n) => (i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i),
    wrap: (i, n) => ((i % n) + n) % n,
  };
  const from = fold[call.string("mode")]!;
  const out = [...positions(dims)].map((at) => {
    const source = at.map((i, axis) => from(i - pads!.data[axis]!, x!.dims[axis]!));
    return source.includes(-1) ? value!.data[0]! : x!.data[flatIndex(source, x!.dims)]!;
  });
  return make(x!.dtype, dims, out);
}

/** Input coordinate of an output index (ONNX Resize, coordinate_transformation_mode). */
const COORDINATES: Readonly<Record<string, (i: number, scale: number, from: number, to: number) => number>> =
  {
    half_pixel: (i, scale) => (i + 0.5) / scale - 0.5,
    asymmetric: (i, scale) => i / scale,
    align_corners: (i, _, from, to) => (to === 1 ? 0 : (i * (from - 1)) / (to - 1)),
  };

const NEAREST: Readonly<Record<string, (x: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
};

/** ONNX Resize, mode nearest, by scales (float32) or by sizes (int64). */
export function resizeNearestTwin(call: Call): Tensor {
  const [x, by] = call.inputs;
  const bySizes = by!.dtype === "int64";
  const dims = x!.dims.map((dim, i) => (bySizes ? by!.data[i]! : Math.floor(dim * by!.data[i]!)));
  const coordinate = COORDINATES[call.string("coordinate_transformation_mode")]!;
  const round = NEAREST[call.string("nearest_mode")]!;
  const source = dims.map((to, axis) => {
    const from = x!.dims[axis]!;
    const scale = bySizes ? to / from : by!.data[axis]!;
    return Array.from({ length: to }, (_, i) =>
      Math.min(Math.max(round(coordinate(i, scale, from, to)), 0), from - 1),
    );
  });
  const out = [...positions(dims)].map(
    (at) =>
      x!.data[
        flatIndex(
          at.map((i, axis) => source[axis]![i]!),
          x!.dims,
        )
      ]!,
  );
  return make(x!.dtype, dims, out);
}
