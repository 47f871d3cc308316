import { attr, intAttr } from "../../../graph/attributes.ts";
import type { Node } from "../../../graph/graph.ts";
import { ALWAYS, newNode, type Rewrite, type RewriteContext } from "../rewrite.ts";

/** How layout 1 orders X and Y, as permutations from and to layout 0. */
const INPUT = [1, 0, 2];
const SERIES = [2, 0, 1, 3];

/** Transposes of layout 1 around the node; ONNX Runtime has no kernel for it on CPUs. */
function withBatchInside(node: Node, ctx: RewriteContext): readonly Node[] {
  node.attrs.delete("layout");
  const value = (name: string): string => ctx.newValue(`${node.name}_${name}`);
  const perm = (order: readonly number[]) => ({ perm: attr.ints(order) });
  const before = [0, 5, 6].flatMap((i) => {
    const outside = node.inputs[i];
    if (!outside) return [];
    node.inputs[i] = value(`input_${i}`);
    return [newNode("Transpose", [outside], node.inputs[i], perm(INPUT))];
  });
  const after = node.outputs.flatMap((outside, i) => {
    if (outside === "") return [];
    node.outputs[i] = value(`output_${i}`);
    return [newNode("Transpose", [node.outputs[i]], outside, perm(i === 0 ? SERIES : INPUT))];
  });
  return [...before, node, ...after];
}

/** Layout 1 → 0; the series of hidden states, whose scale all of them have, always has a name. */
function rewrite(node: Node, ctx: RewriteContext): readonly Node[] {
  if (node.outputs[0] === "") node.outputs[0] = ctx.newValue(`${node.name}_hidden`);
  return intAttr(node, "layout", 0) === 1 ? withBatchInside(node, ctx) : [node];
}

export const RECURRENT: readonly Rewrite[] = ["GRU", "LSTM", "RNN"].map((op) => ({
  op,
  until: ALWAYS,
  rewrite,
}));
