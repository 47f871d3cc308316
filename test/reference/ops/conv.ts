import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { type Call, make } from "../integers.ts";
import { requantizeTwin } from "../requantize.ts";

/** Spatial numbers as (row, column); one-dimensional ops get a row of 1. */
function pair(values: readonly number[], fill: number): [number, number] {
  return values.length === 1 ? [fill, values[0]!] : [values[0]!, values[1]!];
}

interface Window {
  readonly kernel: [number, number];
  readonly strides: [number, number];
  readonly dilations: [number, number];
  readonly begin: [number, number];
  readonly end: [number, number];
}

export function windowOf(call: Call): Window {
  const pads = call.ints("pads");
  const half = pads.length / 2;
  return {
    kernel: pair(call.ints("kernel_shape"), 1),
    strides: pair(call.ints("strides"), 1),
    dilations: pair(call.ints("dilations"), 1),
    begin: pair(pads.slice(0, half), 0),
    end: pair(pads.slice(half), 0),
  };
}

/** Output length of a convolution or pooling along one axis (ONNX Conv). */
export function outputLength(size: number, w: Window, axis: 0 | 1): number {
  const reach = w.dilations[axis] * (w.kernel[axis] - 1) + 1;
  return Math.floor((size + w.begin[axis] + w.end[axis] - reach) / w.strides[axis]) + 1;
}

/** y[n,m,oh,ow] = requantize(Σ_{c,kh,kw} x[n, g·C/G + c, oh·s - p + kh·d, ...] · w[m,c,kh,kw] + bias[m]). */
export function convTwin(call: Call): Tensor {
  const [x, w, bias, multiplier, shift] = call.inputs;
  const [batch, channels] = x!.dims;
  const [height, width] = pair(x!.dims.slice(2), 1);
  const window = windowOf(call);
  const [outputs, perGroup] = w!.dims;
  const [rows, columns] = [outputLength(height, window, 0), outputLength(width, window, 1)];
  const q1 = w!.dtype === "int16" ? call.int("q1") : undefined;
  const out: number[] = [];
  for (let n = 0; n < batch!; n++)
    for (let m = 0; m < outputs!; m++) {
      const first = Math.floor(m / (outputs! / call.int("group"))) * perGroup!;
      for (let oh = 0; oh < rows; oh++)
        for (let ow = 0; ow < columns; ow++) {
          let acc = bias!.data[m]!;
          for (let c = 0; c < perGroup!; c++)
            for (let kh = 0; kh < window.kernel[0]; kh++)
              for (let kw = 0; kw < window.kernel[1]; kw++) {
                const h = oh * window.strides[0] - window.begin[0] + kh * window.dilations[0];
                const v = ow * window.strides[1] - window.begin[1] + kw * window.dilations[1];
                if (h < 0 || h >= height || v < 0 || v >= width) continue;
                const left = x!.data[((n * channels! + first + c) * height + h) * width + v]!;
                acc += left * w!.data[((m * perGroup! + c) * window.kernel[0] + kh) * window.kernel[1] + kw]!;
              }
          out.push(
            requantizeTwin(call, acc, {
              multiplier: multiplier!.data,
              shift: shift!.data,
              channel: m,
              ...(q1 === undefined ? {} : { q1 }),
            }),
          );
        }
    }
  const spatial = x!.dims.length === 3 ? [columns] : [rows, columns];
  return make(call.to(), [batch!, outputs!, ...spatial], out);
}

/** ONNX ConvTranspose by scattering: every x[n,c,h,v] adds x·w[c,m,kh,kw] at (h·s + kh·d - p, ...). */
export function convTransposeTwin(call: Call): Tensor {
  const [x, w, bias, multiplier, shift] = call.inputs;
  const [batch, channels] = x!.dims;
  const [height, width] = pair(x!.dims.slice(2), 1);
  const window = windowOf(call);
  const perGroup = w!.dims[1]!;
  const group = call.int("group");
  const outputs = perGroup * group;
  const extra = pair(call.ints("output_padding"), 0);
  const length = (size: number, i: 0 | 1) =>
    (size - 1) * window.strides[i] +
    extra[i] +
    window.dilations[i] * (window.kernel[i] - 1) +
    1 -
    window.begin[i] -
    window.end[i];
  const [rows, columns] = [length(height, 0), length(width, 1)];
  const acc = new Array<number>(batch! * outputs * rows * columns).fill(0);
  for (let n = 0; n < batch!; n++)
    for (let c = 0; c < channels!; c++)
      for (let m = 0; m < perGroup; m++)
        for (let h = 0; h < height; h++)
          for (let v = 0; v < width; v++)
            for (let kh = 0; kh < window.kernel[0]; kh++)
              for (let kw = 0; kw < window.kernel[1]; kw++) {
                const oh = h * window.strides[0] + kh * window.dilations[0] - window.begin[0];
                const ow = v * window.strides[1] + kw * window.dilations[1] - window.begin[1];
                if (oh < 0 || oh >= rows || ow < 0 || ow >= columns) continue;
                const channel = Math.floor(c / (channels! / group)) * perGroup + m;
                const weight = w!.data[((c * perGroup + m) * window.kernel[0] + kh) * window.kernel[1] + kw]!;
                acc[((n * outputs + channel) * rows + oh) * columns + ow]! +=
                  x!.data[((n * channels! + c) * height + h) * width + v]! * weight;
              }
  const q1 = w!.dtype === "int16" ? { q1: call.int("q1") } : {};
  const out = acc.map((sum, flat) => {
    const channel = Math.floor(flat / (rows * columns)) % outputs;
    return requantizeTwin(call, sum + bias!.data[channel]!, {
      multiplier: multiplier!.data,
      shift: shift!.data,
      channel,
      ...q1,
    });
  });
  const spatial = x!.dims.length === 3 ? [columns] : [rows, columns];
  return make(call.to(), [batch!, outputs, ...spatial], out);
}
