/**
 * x · c, x / c for one number c  →  x, where x comes from weights: through ops that only move elements and through either operand of MatMul, from Conv,
 * ConvTranspose, Gemm, MatMul by weights, or LayerNormalization, whose weights and bias (gain and offset) are multiplied by c.
 * Attention scales queries, keys or scores by 1/√d so.
 * Conditions: c is constant, finite and not 0; every value on the way has one reader. Values on the way change, so they get new names.
 */
import type { Node } from "../graph/graph.ts";
import { elementCount, tensor } from "../tensor/tensor.ts";
import { renameValue } from "./rename-value.ts";
import { nodePass } from "./rule.ts";
import type { Site } from "./site.ts";

const LINEAR = ["Conv", "ConvTranspose", "Gemm", "MatMul", "LayerNormalization"];
const MOVERS = [
  "Expand",
  "Flatten",
  "Gather",
  "Identity",
  "Reshape",
  "Slice",
  "Squeeze",
  "Tile",
  "Transpose",
  "Unsqueeze",
];

/** x and c of a node that multiplies by one number. */
function scaling(node: Node, site: Site): { x: string; factor: number } | undefined {
  for (const i of node.op === "Mul" ? [1, 0] : [1]) {
    const constant = site.constant(node.inputs[i]);
    if (constant?.dtype !== "float32" || elementCount(constant.dims) !== 1) continue;
    const c = constant.data[0]!;
    const x = node.inputs[1 - i]!;
    const keepsShape = site.dims(x)?.join() === site.dims(node.outputs[0]!)?.join();
    if (c !== 0 && Number.isFinite(c) && Number.isFinite(1 / c) && keepsShape)
      return { x, factor: node.op === "Mul" ? c : 1 / c };
  }
  return undefined;
}

/** Whether weights and bias are constants that can be multiplied. */
function hasWeights(node: Node, site: Site): boolean {
  const [, ...weights] = node.inputs;
  const isAlone = node.outputs.slice(1).every((name) => name === "");
  return isAlone && weights.every((name) => name === "" || site.constant(name)?.dtype === "float32");
}

/** The nodes from the one with the weights to the one that makes `value`; undefined where something else stands between. */
function wayFromWeights(value: string, site: Site): Node[] | undefined {
  const node = site.soleProducer(value);
  if (node?.domain !== "") return undefined;
  if (LINEAR.includes(node.op) && hasWeights(node, site)) return [node];
  const sources = node.op === "MatMul" ? node.inputs : MOVERS.includes(node.op) ? [node.inputs[0]!] : [];
  for (const source of sources) {
    const way = wayFromWeights(source, site);
    if (way) return [...way, node];
  }
  return undefined;
}

function multiplyWeights(node: Node, factor: number, site: Site): void {
  node.inputs = node.inputs.map((name, i) => {
    const weights = site.constant(name);
    if (i === 0 || weights?.dtype !== "float32") return name;
    const scaled = tensor(
      "float32",
      weights.dims,
      weights.data.map((w) => w * factor),
    );
    return site.addConstant(`${name}_scaled`, scaled);
  });
}

/** New names for what the nodes make; the last one makes `result`. */
function rename(way: readonly Node[], result: string, site: Site): void {
  for (const node of way.slice(0, -1)) renameValue(node.outputs[0]!, `${node.outputs[0]}_scaled`, site);
  way.at(-1)!.outputs[0] = result;
}

export const foldScalar = nodePass("fold-scalar", ["Mul", "Div"], (node, site) => {
  const found = scaling(node, site);
  const way = found && wayFromWeights(found.x, site);
  if (!way) return undefined;
  const [linear] = way;
  multiplyWeights(linear!, found.factor, site);
  site.remove(node);
  rename(way, node.outputs[0]!, site);
  linear!.origins.push(...node.origins, node.name);
  return { did: `folded into ${linear!.op} "${linear!.name}"` };
});
