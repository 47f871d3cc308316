import type { Activation, Layer, Network, Values } from "./network.ts";

type LayerOf<Op extends Layer["op"]> = Extract<Layer, { op: Op }>;

/** The largest power of two of which all numbers are multiples; 1 where all are 0. */
function stepOf(numbers: readonly number[]): number {
  let step = 1;
  while (step < 2 ** 40 && numbers.every((v) => Number.isInteger(v / (2 * step)))) step *= 2;
  while (!numbers.every((v) => Number.isInteger(v / step))) step /= 2;
  return step;
}

/** A sum that float32 forms exactly in any order: no partial sum passes 2^24 steps. @throws for a network that is not of the family. */
function exactSum(terms: readonly number[], step: number): number {
  const bound = terms.reduce((sum, v) => sum + Math.abs(v), 0);
  if (bound / step >= 2 ** 24)
    throw new Error(`a sum of up to ${bound} in steps of ${step} is not exact in float32`);
  return terms.reduce((sum, v) => sum + v, 0);
}

function conv(layer: LayerOf<"Conv">, x: Values): Values {
  const { w, b, group, kernel, stride, pad } = layer;
  const [, channels, height, width] = x.dims as [number, number, number, number];
  const [count, perGroup] = [w.dims[0]!, channels / group];
  const size = (length: number) => Math.floor((length + 2 * pad - kernel) / stride) + 1;
  const step = Math.min(stepOf(x.data) * stepOf(w.data), stepOf(b?.data ?? []));
  const data: number[] = [];
  for (let m = 0; m < count; m++)
    for (let oy = 0; oy < size(height); oy++)
      for (let ox = 0; ox < size(width); ox++) {
        const terms = [b?.data[m] ?? 0];
        for (let c = 0; c < perGroup; c++)
          for (let ky = 0; ky < kernel; ky++)
            for (let kx = 0; kx < kernel; kx++) {
              const [iy, ix] = [oy * stride + ky - pad, ox * stride + kx - pad];
              if (iy < 0 || ix < 0 || iy >= height || ix >= width) continue;
              const channel = Math.floor(m / (count / group)) * perGroup + c;
              const weight = w.data[((m * perGroup + c) * kernel + ky) * kernel + kx]!;
              terms.push(weight * x.data[(channel * height + iy) * width + ix]!);
            }
        data.push(exactSum(terms, step));
      }
  return { dims: [1, count, size(height), size(width)], data };
}

function gemm({ w, b }: LayerOf<"Gemm">, x: Values): Values {
  const [terms, columns] = w.dims as [number, number];
  const step = Math.min(stepOf(x.data) * stepOf(w.data), stepOf(b?.data ?? []));
  const data = Array.from({ length: columns }, (_, n) =>
    exactSum(
      [b?.data[n] ?? 0, ...Array.from({ length: terms }, (_, k) => x.data[k]! * w.data[k * columns + n]!)],
      step,
    ),
  );
  return { dims: [1, columns], data };
}

function maxPool({ kernel, stride }: LayerOf<"MaxPool">, x: Values): Values {
  const [, channels, height, width] = x.dims as [number, number, number, number];
  const size = (length: number) => Math.floor((length - kernel) / stride) + 1;
  const data: number[] = [];
  for (let c = 0; c < channels; c++)
    for (let oy = 0; oy < size(height); oy++)
      for (let ox = 0; ox < size(width); ox++) {
        const seen: number[] = [];
        for (let ky = 0; ky < kernel; ky++)
          for (let kx = 0; kx < kernel; kx++)
            seen.push(x.data[(c * height + oy * stride + ky) * width + ox * stride + kx]!);
        data.push(Math.max(...seen));
      }
  return { dims: [1, channels, size(height), size(width)], data };
}

/** max(0, min(1, alpha·x + beta)); 0 and 1 included, float32 holds every value. */
function hardSigmoid({ alpha, beta }: LayerOf<"HardSigmoid">, x: Values): Values {
  const data = x.data.map((v) =>
    Math.max(0, Math.min(1, exactSum([alpha * v, beta], stepOf([alpha * v, beta])))),
  );
  return { dims: x.dims, data };
}

function add(x: Values, other: Values): Values {
  const step = Math.min(stepOf(x.data), stepOf(other.data));
  return { dims: x.dims, data: x.data.map((v, i) => exactSum([v, other.data[i]!], step)) };
}

function activated(values: Values, activation: Activation | undefined): Values {
  if (!activation) return values;
  const [low, high] =
    activation === "Relu" ? [0, Number.POSITIVE_INFINITY] : [activation.low, activation.high];
  return { ...values, data: values.data.map((v) => Math.min(high, Math.max(low, v))) };
}

function forward(layer: Layer, values: ReadonlyMap<string, Values>): Values {
  const x = values.get(layer.x)!;
  switch (layer.op) {
    case "Conv":
      return conv(layer, x);
    case "Gemm":
      return gemm(layer, x);
    case "MaxPool":
      return maxPool(layer, x);
    case "HardSigmoid":
      return hardSigmoid(layer, x);
    case "Add":
      return add(x, values.get(layer.other)!);
    case "Flatten":
      return { dims: [1, x.data.length], data: x.data };
  }
}

/** Every value behind an activation, for one batch: sums by their definition, in exact numbers. */
export function floatValues({ layers }: Network, batch: Values): Map<string, Values> {
  const values = new Map([["x", batch]]);
  for (const layer of layers) values.set(layer.y, activated(forward(layer, values), layer.activation));
  return values;
}
