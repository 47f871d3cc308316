import { float32Scalar, int64Tensor, type Tensor } from "../../../core-ts/tensor/tensor.ts";
import { floats, optimized } from "../../support/optimized.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";

const constants = {
  last: int64Tensor([-1]),
  lastTwo: int64Tensor([2, -1]),
  first: int64Tensor([1]),
  spatial: int64Tensor([2, 3]),
  inner: int64Tensor([1, 2]),
  two: float32Scalar(2),
  integerTwo: int64Tensor([2]),
  half: float32Scalar(0.5),
  minusHalf: float32Scalar(-0.5),
  one: float32Scalar(1),
  eps: float32Scalar(1e-5),
  gamma: floats([12], [3, 0.5, -2, 1, 1.5, 0.25, 1, 1, 2, 0.7, -1, 0.1]),
  beta: floats([12]),
  matrix: floats([4, 12]),
  channel: floats([4, 1, 1]),
  channelBeta: floats([1, 4, 1, 1]),
  single: floats([1], [1.5]),
};

/** (x - mean) and the root of its mean square, d and r. */
export const MEAN: NodeText = ["m", "ReduceMean", "x last"];
export const CENTER: NodeText = ["d", "Sub", "x m"];
export const SQUARE: NodeText = ["s", "Mul", "d d"];
export const SPREAD: NodeText[] = [
  ["v", "ReduceMean", "s last"],
  ["e", "Add", "v eps"],
  ["r", "Sqrt", "e"],
];
export const UPPER: NodeText[] = [MEAN, CENTER, SQUARE, ...SPREAD];
export const AFFINE = (from: string): NodeText[] => [
  ["g", "Mul", `${from} gamma`],
  ["y", "Add", "g beta"],
];

/** Optimizes a model of these nodes over x, and checks that its answers stay the same. */
export async function fuse(
  nodes: NodeText[],
  dims = [2, 4, 12],
  more: Record<string, Tensor> = {},
  outputs = "y",
) {
  return optimized(buildModel({ inputs: { x: dims }, constants: { ...constants, ...more }, nodes, outputs }));
}
