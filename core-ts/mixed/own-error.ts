/** What a node's own quantization at 8 bit does to its output when its inputs are exact, from the statistics of all calibration data. */
import { intAttr } from "../graph/attributes.ts";
import type { Graph } from "../graph/graph.ts";
import { meanError, meanSquare } from "../observers/distortion.ts";
import type { TensorStats } from "../observers/histogram.ts";
import type { IntType } from "../quantize/scale.ts";
import { channelLayout, channelMaxima, weightMax } from "../quantize/weights.ts";
import type { IntegerNode } from "./nodes.ts";

/** Ops with weights in input 1 that have one scale per output channel. */
const LINEAR = ["Conv", "ConvTranspose", "Gemm", "MatMul"];

/** Mean squared error of a value on a grid, rounding and clipping together; that of rounding alone without statistics. */
export function outputError(stats: TensorStats | undefined, scale: number, type: IntType): number {
  if (!stats) return (scale * scale) / 12;
  return meanError(stats, { scale, qmin: type.qmin, qmax: type.qmax });
}

/**
 * Mean squared error that rounded weights bring into the output: K · mean(s²/12) · mean(x²) for sums of K terms and weight scales s, the errors of
 * rounding taken as uniform and independent of the inputs; 0 for ops without weights. `input` are the statistics of input 0.
 */
export function weightError({ node }: IntegerNode, graph: Graph, input: TensorStats | undefined): number {
  const weight = LINEAR.includes(node.op) ? graph.initializers.get(node.inputs[1]!) : undefined;
  if (weight?.dtype !== "float32" || weight.dims.length < 2 || !input) return 0;
  const layout = channelLayout(node.op, weight.dims, intAttr(node, "group", 1));
  const maxima = channelMaxima(weight.data, layout, node.inputs[1]!);
  const terms = weight.data.length / maxima.length;
  const squares = maxima.reduce((sum, most) => sum + (most / weightMax(8)) * (most / weightMax(8)), 0);
  return (terms * squares * meanSquare(input)) / (12 * maxima.length);
}
