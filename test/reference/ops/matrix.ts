import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { broadcastIndex, broadcastShape, type Call, flatIndex, make, positions } from "../integers.ts";
import { requantizeTwin } from "../requantize.ts";

/** y[..., n] = requantize(Σ_k x[..., k]·w[k, n] + bias[n]). */
export function gemmTwin(call: Call): Tensor {
  const [x, w, bias, multiplier, shift] = call.inputs;
  const [terms, columns] = w!.dims;
  const rows = x!.data.length / terms!;
  const q1 = w!.dtype === "int16" ? { q1: call.int("q1") } : {};
  const out: number[] = [];
  for (let row = 0; row < rows; row++)
    for (let n = 0; n < columns!; n++) {
      let acc = bias!.data[n]!;
      for (let k = 0; k < terms!; k++) acc += x!.data[row * terms! + k]! * w!.data[k * columns! + n]!;
      out.push(
        requantizeTwin(call, acc, { multiplier: multiplier!.data, shift: shift!.data, channel: n, ...q1 }),
      );
    }
  return make(call.to(), [...x!.dims.slice(0, -1), columns!], out);
}

/** y = requantize(Σ_k a[..., i, k]·b[..., k, j]), batch axes broadcasting; a vector is a row on the left, a column on the right, and gives no axis. */
export function matmulTwin(call: Call): Tensor {
  const [a, b, multiplier, shift] = call.inputs;
  const dimsA = a!.dims.length === 1 ? [1, ...a!.dims] : a!.dims;
  const dimsB = b!.dims.length === 1 ? [...b!.dims, 1] : b!.dims;
  const [rows, terms, columns] = [dimsA.at(-2)!, dimsA.at(-1)!, dimsB.at(-1)!];
  const [batchA, batchB] = [dimsA.slice(0, -2), dimsB.slice(0, -2)];
  const batch = broadcastShape(batchA, batchB);
  const q1 = a!.dtype === "int16" || a!.dtype === "uint16" ? { q1: call.int("q1") } : {};
  const out: number[] = [];
  for (const at of positions([...batch, rows, columns])) {
    const [i, j] = [at.at(-2)!, at.at(-1)!];
    const left = (broadcastIndex(at.slice(0, -2), batchA) * rows + i) * terms;
    const right = broadcastIndex(at.slice(0, -2), batchB) * terms;
    let acc = 0;
    for (let k = 0; k < terms; k++) acc += a!.data[left + k]! * b!.data[(right + k) * columns + j]!;
    out.push(requantizeTwin(call, acc, { multiplier: multiplier!.data, shift: shift!.data, ...q1 }));
  }
  const row = a!.dims.length === 1 ? [] : [rows];
  const column = b!.dims.length === 1 ? [] : [columns];
  return make(call.to(), [...batch, ...row, ...column], out);
}

/** Σ rows[i,h]·x[.., h, w]·cols[j, w], then requantize; `rows` is absent for one dimension. */
export function resizeLinearTwin(call: Call): Tensor {
  const x = call.inputs[0]!;
  const twoD = x.dims.length === 4;
  const [rows, cols] = twoD
    ? [call.inputs[1]!, call.inputs[2]!]
    : [{ dims: [1, 1], data: [1] }, call.inputs[1]!];
  const [multiplier, shift] = call.inputs.slice(-2);
  const [height, width] = [twoD ? x.dims[2]! : 1, x.dims.at(-1)!];
  const [high, wide] = [rows.dims[0]!, cols.dims[0]!];
  const out: number[] = [];
  for (const at of positions([x.dims[0]! * x.dims[1]!, high, wide])) {
    let acc = 0;
    for (let h = 0; h < height; h++)
      for (let w = 0; w < width; w++) {
        const value = x.data[flatIndex([at[0]!, h, w], [x.dims[0]! * x.dims[1]!, height, width])]!;
        acc += rows.data[at[1]! * height + h]! * value * cols.data[at[2]! * width + w]!;
      }
    out.push(
      requantizeTwin(call, acc, { multiplier: multiplier!.data, shift: shift!.data, q1: call.int("q1") }),
    );
  }
  return make(call.to(), [x.dims[0]!, x.dims[1]!, ...(twoD ? [high, wide] : [wide])], out);
}
