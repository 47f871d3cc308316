/** What a node's own quantization at 8 bit does to its output when its inputs are exact. */
import { intAttr } from "../graph/attributes.ts";
import type { Graph } from "../graph/graph.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { IntType } from "../quantize/scale.ts";
import { channelLayout, channelMaxima, weightMax } from "../quantize/weights.ts";
import type { IntegerNode } from "./nodes.ts";

/** Ops with weights in input 1 that have one scale per output channel. */
const LINEAR = ["Conv", "ConvTranspose", "Gemm", "MatMul"];

const meanSquare = (x: Float32Array): number => x.reduce((sum, v) => sum + v * v, 0) / Math.max(1, x.length);

/** Mean squared rounding and clipping error of values on a grid. */
export function outputError(y: Float32Array, scale: number, type: IntType, kernels: Kernels): number {
  const rounded = new Float32Array(y.length);
  kernels.fakeQuantize(y, { scale, qmin: type.qmin, qmax: type.qmax }, rounded);
  for (let i = 0; i < y.length; i++) rounded[i] = rounded[i]! - y[i]!;
  return meanSquare(rounded);
}

/**
 * Mean squared error that rounded weights bring into the output: K · mean(s²/12) · mean(x²) for sums of K terms and weight scales s, the errors of
 * rounding taken as uniform and independent of the inputs; 0 for ops without weights.
 */
export function weightError({ node }: IntegerNode, graph: Graph, x: Float32Array | undefined): number {
  const weight = LINEAR.includes(node.op) ? graph.initializers.get(node.inputs[1]!) : undefined;
  if (weight?.dtype !== "float32" || weight.dims.length < 2 || !x) return 0;
  const layout = channelLayout(node.op, weight.dims, intAttr(node, "group", 1));
  const maxima = channelMaxima(weight.data, layout, node.inputs[1]!);
  const terms = weight.data.length / maxima.length;
  const squares = maxima.reduce((sum, most) => sum + (most / weightMax(8)) * (most / weightMax(8)), 0);
  return (terms * squares * meanSquare(x)) / (12 * maxima.length);
}
