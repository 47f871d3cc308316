/**
 * Transpose(Transpose(x, p), q)  →  Transpose(x, r) with r[i] = p[q[i]].  The first Transpose stays if others read it (dead code otherwise).
 */
import { attr, intsAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { nodePass } from "./rule.ts";
import type { Site } from "./site.ts";

function permutation(node: Node, site: Site): readonly number[] | undefined {
  const rank = site.dims(node.inputs[0]!)?.length;
  const reversed = rank === undefined ? undefined : Array.from({ length: rank }, (_, i) => rank - 1 - i);
  return intsAttr(node, "perm", reversed);
}

export const mergeTransposes = nodePass("merge-transposes", ["Transpose"], (node, site) => {
  const first = site.index.producer(node.inputs[0]!);
  if (first?.op !== "Transpose" || first.domain !== "") return undefined;
  const [p, q] = [permutation(first, site), permutation(node, site)];
  if (!p || !q) return undefined;
  node.inputs = [first.inputs[0]!];
  node.attrs.set("perm", attr.ints(q.map((axis) => p[axis]!)));
  if (site.soleProducer(first.outputs[0]!)) node.origins.push(...first.origins, first.name);
  return { did: `takes over Transpose "${first.name}"` };
});
