import { intAttr } from "../graph/attributes.ts";
import type { Graph } from "../graph/graph.ts";
import { type TensorOf, tensor } from "../tensor/tensor.ts";
import type { QuantizedGraph, QuantizedLayer } from "./quantized.ts";
import { channelLayout, elementsOf } from "./weights.ts";

/** A layer's weights as they were, and the real numbers that its integers stand for, in the same shape. */
export interface RealWeights {
  readonly float: TensorOf<"float32">;
  readonly quantized: TensorOf<"float32">;
}

/** @param float the graph that was quantized. Undefined for a layer without weights on one scale per output channel. */
export function realWeights(
  { plan: { node } }: QuantizedLayer,
  float: Graph,
  { graph, meaning }: Pick<QuantizedGraph, "graph" | "meaning">,
): RealWeights | undefined {
  const described = meaning.weights.get(node.name);
  const name = node.inputs[1] ?? "";
  const before = float.initializers.get(name);
  if (!described || before?.dtype !== "float32") return undefined;
  // A QDQ model names them after the float ones.
  const integers = graph.initializers.get(described.weight) ?? graph.initializers.get(`${name}_quantized`);
  if (integers?.data.length !== before.data.length) return undefined;
  const layout = channelLayout(node.op, before.dims, intAttr(node, "group", 1));
  const real = new Float32Array(before.data.length);
  for (const [channel, scale] of described.scales.entries())
    for (const i of elementsOf(channel, real.length, layout)) real[i] = Number(integers.data[i]) * scale;
  return { float: before, quantized: tensor("float32", before.dims, real) };
}
