import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { type Call, flatIndex, make, positions } from "../integers.ts";

/** ONNX DepthToSpace: out[n, c, h·b + i, w·b + j] = in[n, (i·b + j)·C + c, h, w] (DCR) or in[n, c·b² + i·b + j, h, w] (CRD). */
export function depthToSpaceTwin(call: Call): Tensor {
  const x = call.inputs[0]!;
  const b = call.int("blocksize");
  const [n, depth, height, width] = x.dims as [number, number, number, number];
  const channels = depth / (b * b);
  const dims = [n, channels, height * b, width * b];
  const out = [...positions(dims)].map(([sample, c, row, column]) => {
    const place = (row! % b) * b + (column! % b);
    const from = call.string("mode") === "DCR" ? place * channels + c! : c! * b * b + place;
    return x.data[flatIndex([sample!, from, Math.floor(row! / b), Math.floor(column! / b)], x.dims)]!;
  });
  return make(x.dtype, dims, out);
}

/** ONNX SpaceToDepth: out[n, (i·b + j)·C + c, h, w] = in[n, c, h·b + i, w·b + j]. */
export function spaceToDepthTwin(call: Call): Tensor {
  const x = call.inputs[0]!;
  const b = call.int("blocksize");
  const [n, channels, height, width] = x.dims as [number, number, number, number];
  const dims = [n, channels * b * b, height / b, width / b];
  const out = [...positions(dims)].map(([sample, c, row, column]) => {
    const place = Math.floor(c! / channels);
    const at = [sample!, c! % channels, row! * b + Math.floor(place / b), column! * b + (place % b)];
    return x.data[flatIndex(at, x.dims)]!;
  });
  return make(x.dtype, dims, out);
}

/** ONNX Trilu on the last two axes: keeps column - row >= k (upper) or <= k. */
export function triluTwin(call: Call): Tensor {
  const [x, k] = call.inputs;
  const out = [...positions(x!.dims)].map((at, i) => {
    const from = at.at(-1)! - at.at(-2)!;
    const kept = call.int("upper") === 1 ? from >= k!.data[0]! : from <= k!.data[0]!;
    return kept ? x!.data[i]! : 0;
  });
  return make(x!.dtype, x!.dims, out);
}

/** ONNX OneHot: a new axis of `depth` elements, values[1] at the index and values[0] elsewhere; negative indices count from the end. */
export function oneHotTwin(call: Call): Tensor {
  const [indices, depth, values] = call.inputs;
  const size = depth!.data[0]!;
  const rank = indices!.dims.length + 1;
  const axis = (call.int("axis") + rank) % rank;
  const dims = [...indices!.dims];
  dims.splice(axis, 0, size);
  const out = [...positions(dims)].map((at) => {
    const place = at[axis]!;
    const index = indices!.data[flatIndex(at.toSpliced(axis, 1), indices!.dims)]!;
    return values!.data[(index < 0 ? index + size : index) === place ? 1 : 0]!;
  });
  return make(values!.dtype, dims, out);
}
