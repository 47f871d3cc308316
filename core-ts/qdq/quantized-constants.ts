/** Constants that a QDQ model holds as integers: int8 → DequantizeLinear, or float → QuantizeLinear → DequantizeLinear. */
import { intAttr, intsAttr } from "../graph/attributes.ts";
import type { Graph, Node } from "../graph/graph.ts";
import { type Tensor, toNumbers } from "../tensor/tensor.ts";
import type { KnownWeights } from "./known.ts";

/** ONNX Runtime's own domain has these two ops as well, from before the standard ones took 16 bits. */
const isNamed = (node: Node, op: string): boolean =>
  node.op === op && (node.domain === "" || node.domain === "com.microsoft");
export const isQuantize = (node: Node): boolean => isNamed(node, "QuantizeLinear");
export const isDequantize = (node: Node): boolean => isNamed(node, "DequantizeLinear");

interface Dequantized {
  readonly node: Node;
  /** The integers, where the file holds them. */
  readonly integers: Tensor | undefined;
  readonly scales: readonly number[];
  readonly axis: number;
}

/** The constant behind a DequantizeLinear; undefined for activations, blocks and anything computed. A zero point counts for nothing: the real numbers, less than it, are on the same steps. */
function dequantized(node: Node, makers: ReadonlyMap<string, Node>, graph: Graph): Dequantized | undefined {
  const integers = graph.initializers.get(node.inputs[0]!);
  const maker = makers.get(node.inputs[0]!);
  const isFolded = maker !== undefined && isQuantize(maker) && graph.initializers.has(maker.inputs[0]!);
  const scales = graph.initializers.get(node.inputs[1] ?? "");
  const zeros = node.inputs[2] ? graph.initializers.get(node.inputs[2]) : undefined;
  if ((!integers && !isFolded) || scales?.dtype !== "float32" || (node.inputs[2] && !zeros)) return undefined;
  if (intAttr(node, "block_size", 0) !== 0) return undefined;
  return { node, integers, scales: Array.from(scales.data), axis: intAttr(node, "axis", 1) };
}

function makersOf(graph: Graph): Map<string, Node> {
  return new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
}

/** What stands behind input `i`, through Transpose and Identity; `swapped` tells whether a matrix arrives transposed. */
function behind(
  value: string,
  makers: ReadonlyMap<string, Node>,
): { node: Node | undefined; swapped: boolean } {
  let node = makers.get(value);
  let swapped = false;
  while (
    node?.op === "Identity" ||
    (node?.op === "Transpose" && intsAttr(node, "perm", [1, 0]).length === 2)
  ) {
    if (node.op === "Transpose" && intsAttr(node, "perm", [1, 0])[0] === 1) swapped = !swapped;
    node = makers.get(node.inputs[0]!);
  }
  return { node, swapped };
}

/** Axis of the output channels in weights as the node reads them. */
function channelAxis(node: Node): number | undefined {
  switch (node.op) {
    case "Conv":
      return 0;
    case "ConvTranspose":
    case "MatMul":
      return 1;
    case "Gemm":
      return intAttr(node, "transB", 0) === 1 ? 0 : 1;
    default:
      return undefined;
  }
}

function readWeights(node: Node, makers: ReadonlyMap<string, Node>, graph: Graph): KnownWeights | undefined {
  const axis = channelAxis(node);
  if (axis === undefined || node.domain !== "" || node.inputs.length < 2) return undefined;
  const { node: maker, swapped } = behind(node.inputs[1]!, makers);
  const found = maker && isDequantize(maker) ? dequantized(maker, makers, graph) : undefined;
  if (!found) return undefined;
  const stored = swapped ? 1 - axis : axis;
  const rank = (found.integers ?? graph.initializers.get(makers.get(found.node.inputs[0]!)!.inputs[0]!))!.dims
    .length;
  const along = found.axis < 0 ? found.axis + rank : found.axis;
  if (found.scales.length > 1 && along !== stored) return undefined;
  const biasMaker = makers.get(node.inputs[2] ?? "");
  const bias = biasMaker && isDequantize(biasMaker) ? dequantized(biasMaker, makers, graph) : undefined;
  return {
    scales: found.scales,
    bias: bias?.integers?.dtype === "int32" ? toNumbers(bias.integers) : undefined,
  };
}

/** Scales of weights by the node that reads them. */
export function weightsOf(graph: Graph): Map<string, KnownWeights> {
  const makers = makersOf(graph);
  return new Map(
    graph.nodes.flatMap((node) => {
      const found = readWeights(node, makers, graph);
      return found ? [[node.name, found] as const] : [];
    }),
  );
}

/** Scales of constants on one grid, by the name behind their DequantizeLinear. */
export function constantScales(graph: Graph): Map<string, number> {
  const makers = makersOf(graph);
  return new Map(
    graph.nodes.filter(isDequantize).flatMap((node) => {
      const found = dequantized(node, makers, graph);
      return found?.scales.length === 1 ? [[node.outputs[0]!, found.scales[0]!] as const] : [];
    }),
  );
}
