import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { type Call, make, positions } from "../integers.ts";
import { requantizeTwin } from "../requantize.ts";
import { outputLength, windowOf } from "./conv.ts";

/** Elements of every window of x [N, C, H, W] or [N, C, W] that lie inside x, in the order of the outputs, whose shape is `dims`. */
function windows(call: Call, ceil: boolean): { dims: number[]; values: number[][] } {
  const x = call.inputs[0]!;
  const window = windowOf(call);
  const oneD = x.dims.length === 3;
  const [height, width] = oneD ? [1, x.dims[2]!] : [x.dims[2]!, x.dims[3]!];
  const lengths = ([0, 1] as const).map((axis) => {
    const size = [height, width][axis]!;
    const floor = outputLength(size, window, axis);
    // ceil_mode adds the window that is only partly inside, unless it starts beyond the input and its padding before.
    const next = floor * window.strides[axis];
    const covered =
      (floor - 1) * window.strides[axis] + window.dilations[axis] * (window.kernel[axis] - 1) + 1;
    const partial =
      ceil && covered < size + window.begin[axis] + window.end[axis] && next < size + window.begin[axis];
    return partial ? floor + 1 : floor;
  });
  const [rows, columns] = lengths as [number, number];
  const values: number[][] = [];
  for (const [plane, oh, ow] of positions([x.dims[0]! * x.dims[1]!, rows, columns])) {
    const inside: number[] = [];
    for (let kh = 0; kh < window.kernel[0]; kh++)
      for (let kw = 0; kw < window.kernel[1]; kw++) {
        const h = oh! * window.strides[0] - window.begin[0] + kh * window.dilations[0];
        const w = ow! * window.strides[1] - window.begin[1] + kw * window.dilations[1];
        if (h >= 0 && h < height && w >= 0 && w < width)
          inside.push(x.data[(plane! * height + h) * width + w]!);
      }
    values.push(inside);
  }
  return { dims: [x.dims[0]!, x.dims[1]!, ...(oneD ? [columns] : [rows, columns])], values };
}

export function maxPoolTwin(call: Call): Tensor {
  const { dims, values } = windows(call, call.int("ceil_mode") === 1);
  return make(
    call.inputs[0]!.dtype,
    dims,
    values.map((inside) => Math.max(...inside)),
  );
}

/** True if some output of MaxPool would see padding only; such a pooling has no answer. */
export function hasEmptyWindow(call: Call): boolean {
  return windows(call, call.int("ceil_mode") === 1).values.some((inside) => inside.length === 0);
}

export function averagePoolTwin(call: Call): Tensor {
  const [x, multiplier, shift] = call.inputs;
  const { dims, values } = windows(call, false);
  const area = dims.slice(2).reduce((a, b) => a * b, 1);
  const q1 = x!.dtype === "int16" || x!.dtype === "uint16" ? { q1: call.int("q1") } : {};
  const out = values.map((inside, flat) => {
    const sum = inside.reduce((a, b) => a + b, 0);
    return requantizeTwin(call, sum, {
      multiplier: multiplier!.data,
      shift: shift!.data,
      channel: flat % area,
      ...q1,
    });
  });
  return make(call.to(), dims, out);
}

export function globalMaxPoolTwin(call: Call): Tensor {
  const x = call.inputs[0]!;
  const planes = x.dims[0]! * x.dims[1]!;
  const area = x.data.length / planes;
  const out = Array.from({ length: planes }, (_, p) => Math.max(...x.data.slice(p * area, (p + 1) * area)));
  return make(x.dtype, [x.dims[0]!, x.dims[1]!, ...x.dims.slice(2).map(() => 1)], out);
}
