/**
 * Masks of attention, written as a constant that means minus infinity:
 *   Softmax(Where(condition, x, C))         →  Softmax(Where(condition, x, below))      C ≤ -1000, on either side
 *   Softmax(Add(x, M))                      →  Softmax(Where(M = 0, x, below))          M constant, everywhere 0 or ≤ -80
 *   Softmax(Add(x, Mul(u, C)))              →  Softmax(Where(u > 1/2, below, x))        u a mask of 0 and 1, C ≤ -1000
 *   Softmax(Add(x, Where(condition, C, 0))) →  Softmax(Where(condition, below, x))      on either side
 * with below = Sub(ReduceMin(x), depth). A scale that holds -10000, -3.4e38 or -Infinity leaves nothing of the scores, and Softmax can't tell such a number
 * from one that is `depth` below every score: with depth = 9 + ln(row length), a whole masked row adds at most e^-9 of the largest term. ReduceMin runs
 * over all axes but the batch, so `below` is below every row whichever elements the mask lets through; a row that is masked everywhere is uniform.
 * Conditions: only Softmax over its last axis reads the masked scores, at once, through another such mask, or through Reshape, Squeeze and
 * Unsqueeze that keep the last axis.
 */
import { attr, intAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { float32Scalar, int64Tensor } from "../tensor/tensor.ts";
import { type Choice, choiceAt, conditionOf } from "./mask-forms.ts";
import { nodePass } from "./rule.ts";
import type { NewNode, Site } from "./site.ts";

const KEEPERS = ["Reshape", "Squeeze", "Unsqueeze"];

/** Whether the value is read by nothing but one Softmax over its last axis. */
function feedsSoftmax(value: string, site: Site): boolean {
  const reader = site.index.onlyConsumer(value);
  const dims = site.dims(value);
  if (reader?.domain !== "" || !dims) return false;
  if (reader.op === "Softmax") return [-1, dims.length - 1].includes(intAttr(reader, "axis", -1));
  const output = reader.outputs[0]!;
  const isMasked = choiceAt(reader, site)?.x === value;
  const isKept = KEEPERS.includes(reader.op) && reader.inputs[0] === value;
  const sameRows = site.dims(output)?.at(-1) === dims.at(-1);
  return (isMasked || isKept) && sameRows && feedsSoftmax(output, site);
}

/** 9 + ln(n), rounded up: 7/10 for each doubling. */
const depthFor = (length: number): number => 9 + 0.7 * (32 - Math.clz32(length));

/** Nodes that make a number below every score of `x`, of its shape but for the batch. */
function belowAll(x: string, node: Node, site: Site): { nodes: NewNode[]; value: string } {
  const dims = site.dims(x)!;
  const axes = dims.map((_, axis) => axis).slice(dims.length > 1 ? 1 : 0);
  const type = { dtype: "float32", dims: dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim)) } as const;
  const least = site.addValue(`${node.name}/least`, type);
  const value = site.addValue(`${node.name}/below`, type);
  const overAxes = site.addConstant(`${node.name}/axes`, int64Tensor(axes));
  const depth = site.addConstant(`${node.name}/depth`, float32Scalar(depthFor(dims.at(-1) ?? 1)));
  const attrs = { keepdims: attr.int(1) };
  return {
    nodes: [
      { name: least, op: "ReduceMin", inputs: [x, overAxes], outputs: [least], attrs },
      { name: value, op: "Sub", inputs: [least, depth], outputs: [value] },
    ],
    value,
  };
}

function replace(node: Node, choice: Choice, site: Site): void {
  const below = belowAll(choice.x, node, site);
  const condition = conditionOf(choice, node, site);
  const [yes, no] = choice.keeps ? [choice.x, below.value] : [below.value, choice.x];
  const inputs = [condition.value, yes, no];
  const where = { name: node.name, op: "Where", inputs, outputs: node.outputs, origins: node.origins };
  site.replace(node, [...below.nodes, ...condition.nodes, where]);
}

export const maskScores = nodePass("mask-scores", ["Where", "Add"], (node, site) => {
  const choice = choiceAt(node, site);
  if (!choice || site.constant(choice.x) || !site.dims(choice.x)) return undefined;
  if (!feedsSoftmax(node.outputs[0]!, site)) return undefined;
  replace(node, choice, site);
  return { did: "masks scores before a Softmax: its constant becomes a number just below all scores" };
});
