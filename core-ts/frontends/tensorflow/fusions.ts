/** Groups of nodes that become something simpler than what they are one by one. */
import type { Convert } from "./convert.ts";
import type { Endpoint, NodeTable, TfNode } from "./node.ts";
import { dilated } from "./ops/convolution.ts";

export interface Fusion {
  readonly inputs: readonly Endpoint[];
  /** The node whose attributes count. */
  readonly node: TfNode;
  readonly convert: Convert;
}

const RANDOM = new Set(["RandomUniform", "StatelessRandomUniform", "StatelessRandomUniformV2"]);
/** What leads from random numbers to the mask of a dropout: floor(keep + u), or u >= rate, and scaling. */
const TO_MASK = new Set(["Floor", "Add", "AddV2", "Sub", "Mul", "Cast", "GreaterEqual", "Identity"]);
const MASK_DEPTH = 8;

function isMask(nodes: NodeTable, name: string, depth: number): boolean {
  const node = nodes.get(name);
  if (!node || depth > MASK_DEPTH) return false;
  if (RANDOM.has(node.op)) return true;
  return TO_MASK.has(node.op) && node.inputs.some((input) => isMask(nodes, input.node, depth + 1));
}

/** Ops that end in 0 or 1, as a mask does. */
const isMaskEnd = (nodes: NodeTable, name: string): boolean =>
  ["Floor", "Cast", "GreaterEqual"].includes(nodes.get(name)?.op ?? "") && isMask(nodes, name, 0);

/** In use nothing is dropped, and nothing scaled: x · scale · mask → x. */
function dropout(node: TfNode, nodes: NodeTable): Fusion | undefined {
  const [a, b, c] = node.inputs;
  const isSelect = node.op === "SelectV2" || node.op === "Select";
  if (!isSelect && node.op !== "Mul") return undefined;
  const mask = isSelect ? a : [a, b].find((one) => one && isMaskEnd(nodes, one.node));
  const scaledBy = isSelect ? b : mask === a ? b : a;
  if (!mask || !scaledBy || (isSelect && !c) || !isMaskEnd(nodes, mask.node)) return undefined;
  const scaled = nodes.get(scaledBy.node);
  const isScale = scaled?.op === "RealDiv" || scaled?.op === "Mul";
  const x = isScale ? scaled.inputs[0]! : scaledBy;
  return { inputs: [x], node, convert: (_, [value]) => value! };
}

const CONVOLUTIONS: Readonly<Record<string, Convert>> = {
  Conv2D: dilated(false),
  DepthwiseConv2dNative: dilated(true),
};

/** SpaceToBatchND → convolution → BatchToSpaceND. */
function dilatedConvolution(node: TfNode, nodes: NodeTable): Fusion | undefined {
  if (node.op !== "BatchToSpaceND") return undefined;
  const [from, , crops] = node.inputs;
  const conv = nodes.get(from?.node ?? "");
  const convert = CONVOLUTIONS[conv?.op ?? ""];
  const spaced = nodes.get(conv?.inputs[0]?.node ?? "");
  if (!conv || !convert || !crops || spaced?.op !== "SpaceToBatchND") return undefined;
  const [x, block, paddings] = spaced.inputs;
  return {
    inputs: [x!, conv.inputs[1]!, block!, paddings!, crops],
    node: { ...conv, name: node.name },
    convert,
  };
}

export function fusionOf(node: TfNode, nodes: NodeTable): Fusion | undefined {
  return dropout(node, nodes) ?? dilatedConvolution(node, nodes);
}
