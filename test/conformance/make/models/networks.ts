import { Random } from "../../../reference/random.ts";
import { dyadic, type Network } from "./network.ts";

/** Convolutions with and without groups and bias, a residual Add, pooling, a table, a Gemm. */
export function smallCnn(seed: number): Network {
  const random = new Random(seed);
  const w = (dims: readonly number[]) => dyadic(random, dims, 1 / 8, 8);
  const b = (count: number) => dyadic(random, [count], 1 / 16, 24);
  return {
    input: [1, 2, 8, 8],
    layers: [
      {
        op: "Conv",
        x: "x",
        y: "c1",
        w: w([6, 2, 3, 3]),
        b: b(6),
        group: 1,
        kernel: 3,
        stride: 1,
        pad: 1,
        activation: "Relu",
      },
      { op: "MaxPool", x: "c1", y: "p1", kernel: 2, stride: 2, pad: 0 },
      { op: "Conv", x: "p1", y: "c2", w: w([6, 2, 3, 3]), group: 3, kernel: 3, stride: 1, pad: 1 },
      { op: "Add", x: "p1", y: "a1", other: "c2", activation: { low: 0, high: 6 } },
      { op: "HardSigmoid", x: "a1", y: "h1", alpha: 0.25, beta: 0.5 },
      { op: "Flatten", x: "h1", y: "f1" },
      { op: "Gemm", x: "f1", y: "y", w: w([96, 5]), b: b(5) },
    ],
    batches: Array.from({ length: 4 }, () => dyadic(random, [1, 2, 8, 8], 1 / 16, 48)),
  };
}

/** What calibration must not trip over: a channel of zeros, a layer that is always 0, a bias that dwarfs its weights. */
export function oddCnn(seed: number): Network {
  const random = new Random(seed);
  const w1 = dyadic(random, [4, 1, 3, 3], 1 / 8, 8);
  const zeroChannel = { ...w1, data: w1.data.map((v, i) => (i < 9 ? 0 : v)) };
  const never = { ...dyadic(random, [3, 4, 1, 1], 1 / 8, 8), data: new Array<number>(12).fill(-1 / 8) };
  return {
    input: [1, 1, 6, 6],
    layers: [
      {
        op: "Conv",
        x: "x",
        y: "c1",
        w: zeroChannel,
        group: 1,
        kernel: 3,
        stride: 2,
        pad: 1,
        activation: "Relu",
      },
      { op: "Conv", x: "c1", y: "c2", w: never, group: 1, kernel: 1, stride: 1, pad: 0, activation: "Relu" },
      {
        ...{
          op: "Conv",
          x: "c1",
          y: "c3",
          w: dyadic(random, [3, 4, 1, 1], 1 / 8, 2),
          group: 1,
          kernel: 1,
          stride: 1,
          pad: 0,
        },
        b: { dims: [3], data: [1000, 0, -3 / 16] },
      },
      { op: "Add", x: "c2", y: "y", other: "c3" },
    ],
    batches: Array.from({ length: 3 }, () => dyadic(random, [1, 1, 6, 6], 1 / 16, 48)),
  };
}

/** Three matrices in a row; a bias only on the second. */
export function perceptron(seed: number): Network {
  const random = new Random(seed);
  return {
    input: [1, 12],
    layers: [
      { op: "Gemm", x: "x", y: "g1", w: dyadic(random, [12, 20], 1 / 8, 8), activation: "Relu" },
      {
        op: "Gemm",
        x: "g1",
        y: "g2",
        w: dyadic(random, [20, 9], 1 / 8, 8),
        b: dyadic(random, [9], 1 / 8, 16),
      },
      { op: "HardSigmoid", x: "g2", y: "h", alpha: 0.125, beta: 0.5 },
      { op: "Gemm", x: "h", y: "y", w: dyadic(random, [9, 4], 1 / 4, 6) },
    ],
    batches: Array.from({ length: 12 }, () => dyadic(random, [1, 12], 1 / 16, 40)),
  };
}
