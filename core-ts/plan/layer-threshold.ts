import { type NodePlan, type QuantPlan, scaleOwner, type ValuePlan } from "./plan.ts";

/** LayerNormalization and what is like it; patterns of exporters are these ops by now. */
const BOUNDED = ["LayerNormalization", "SimplifiedLayerNormalization"];

const isBounded = (entry: NodePlan): entry is Extract<NodePlan, { kind: "integer" }> =>
  entry.kind === "integer" && BOUNDED.includes(entry.node.op);

/** Whether -lt has anything to act on. */
export function hasLayerNormalization(plan: Pick<QuantPlan, "nodes">): boolean {
  return plan.nodes.some(isBounded);
}

/**
 * -lt: the input and output of every LayerNormalization hold at most ±threshold; what goes beyond saturates. A few values far outside, which take
 * an 8-bit scale away from all others, are what it is for.
 */
export function withLayerThreshold(plan: QuantPlan, threshold: number): QuantPlan {
  const values = new Map<string, ValuePlan>(plan.values);
  for (const { node, outputs } of plan.nodes.filter(isBounded)) {
    for (const value of [node.inputs[0]!, outputs[0]!]) {
      const owner = scaleOwner(plan, value);
      const own = owner === undefined ? undefined : values.get(owner);
      if (own?.kind === "own") values.set(owner!, { ...own, limit: threshold });
    }
  }
  return { ...plan, values };
}
