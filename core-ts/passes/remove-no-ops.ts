/**
 * y = Identity(x), Dropout(x), Cast(x) to x's type, Reshape/Squeeze/Slice/... that change nothing, Concat or Sum of one input, ReduceSum over no axes
 *   →  readers of y read x.
 * Conditions: for ops that could still move elements without changing the shape (Slice backwards, Pad shifting), their parameters
 * are constants that say they do not. A model output keeps its name: then the producer of x takes it over, if x is no output itself.
 */
import { intAttr, intsAttr } from "../graph/attributes.ts";
import { replaceUses } from "../graph/edit.ts";
import type { Node } from "../graph/graph.ts";
import { DTYPE_CODES } from "../tensor/dtype.ts";
import { toNumbers } from "../tensor/tensor.ts";
import { nodePass } from "./rule.ts";
import type { Site } from "./site.ts";

type Test = (node: Node, site: Site) => boolean;

function sameShape(node: Node, site: Site): boolean {
  const [before, after] = [site.dims(node.inputs[0]!), site.dims(node.outputs[0]!)];
  return before !== undefined && after !== undefined && before.join() === after.join();
}

function allConstant(node: Node, site: Site, i: number, value: number): boolean {
  if (!node.inputs[i]) return true;
  const found = site.constant(node.inputs[i]);
  return found !== undefined && toNumbers(found).every((v) => v === value);
}

const oneInput: Test = (node) => node.inputs.length === 1;

function isInference(node: Node, site: Site): boolean {
  return (
    (!node.outputs[1] || site.index.consumers(node.outputs[1]).length === 0) && allConstant(node, site, 2, 0)
  );
}

/** A reduction that is told to reduce nothing when it has no axes, and has none; only those that then leave elements as they are. */
function withoutAxes(node: Node, site: Site): boolean {
  const isEmpty = !node.inputs[1] || site.constant(node.inputs[1])?.data.length === 0;
  return isEmpty && intAttr(node, "noop_with_empty_axes", 0) === 1;
}

const NO_OPS: Readonly<Record<string, Test>> = {
  Cast: (node, site) => DTYPE_CODES[site.dtype(node.inputs[0]!) ?? "string"] === intAttr(node, "to", 0),
  Concat: oneInput,
  Dropout: isInference,
  Expand: sameShape,
  Flatten: sameShape,
  Identity: () => true,
  Max: oneInput,
  Mean: oneInput,
  Min: oneInput,
  Pad: (node, site) => site.constant(node.inputs[1]) !== undefined && allConstant(node, site, 1, 0),
  ReduceMax: withoutAxes,
  ReduceMean: withoutAxes,
  ReduceMin: withoutAxes,
  ReduceSum: withoutAxes,
  Reshape: sameShape,
  Slice: (node, site) => sameShape(node, site) && allConstant(node, site, 4, 1),
  Squeeze: sameShape,
  Sum: oneInput,
  Tile: sameShape,
  Transpose: (node) => intsAttr(node, "perm", [1]).every((axis, i) => axis === i),
  Unsqueeze: sameShape,
};

/** Lets the producer of `input` make the model output `output` itself. */
function takeOver(node: Node, site: Site): boolean {
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const producer = site.index.producer(input);
  if (!producer || site.index.isOutput(input)) return false;
  site.remove(node);
  producer.outputs = producer.outputs.map((name) => (name === input ? output : name));
  replaceUses(site.graph, input, output);
  return true;
}

function bypass(node: Node, site: Site): boolean {
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  if (site.index.isOutput(output)) return takeOver(node, site);
  site.remove(node);
  replaceUses(site.graph, output, input);
  return true;
}

export const removeNoOps = nodePass("remove-no-ops", Object.keys(NO_OPS), (node, site) => {
  if (!NO_OPS[node.op]!(node, site)) return undefined;
  return bypass(node, site) ? { did: "changes nothing: removed" } : undefined;
});
