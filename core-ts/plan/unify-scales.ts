import type { Node } from "../graph/graph.ts";
import { opRecord } from "../ops/index.ts";
import { ownPlan, type QuantPlan, scaleOwner, type ValuePlan } from "./plan.ts";

/**
 * Ops that join tensors element by element, so that their inputs must be on one scale (the manual's list of -uis). Stack is Unsqueeze and
 * Concat in ONNX.
 */
const JOINS = ["Concat", "ScatterElements", "ScatterND"];

/** Owners of the scales that meet at a join, that of its output first. Fixed scales, and other widths, stay as they are. */
function meeting(plan: QuantPlan, node: Node, output: string): string[] {
  const joined = ownPlan(plan, output)!;
  const owners = [
    output,
    ...opRecord(node.op, node.domain)!
      .operands(node)
      .map((i) => node.inputs[i]!),
  ]
    .map((value) => scaleOwner(plan, value))
    .filter((owner) => owner !== undefined);
  return owners.filter((owner) => {
    const own = ownPlan(plan, owner)!;
    return own.bits === joined.bits && own.scale === undefined;
  });
}

/** Groups of values that are to share a scale: joins that have a value in common, directly or through other joins, are one group. */
function groups(plan: QuantPlan): string[][] {
  const found: Set<string>[] = [];
  for (const entry of plan.nodes) {
    if (entry.kind !== "integer" || !JOINS.includes(entry.node.op)) continue;
    const here = meeting(plan, entry.node, entry.outputs[0]!);
    const linked = found.filter((group) => here.some((owner) => group.has(owner)));
    // The output of the last join comes first: the group is named after it.
    const merged = new Set([...here, ...linked.flatMap((group) => [...group])]);
    found.splice(0, found.length, ...found.filter((group) => !linked.includes(group)), merged);
  }
  return found.map((group) => [...group]).filter((group) => group.length > 1);
}

/**
 * -uis: all values that meet at a join share the scale of its output, so that no requantize stands before it. What calibration sees of
 * any of them counts for that scale.
 */
export function unifyScales(plan: QuantPlan): QuantPlan {
  const values = new Map<string, ValuePlan>(plan.values);
  const unified = new Map<string, string>();
  for (const [owner, ...others] of groups(plan)) {
    const own = ownPlan(plan, owner!)!;
    const signed = [owner!, ...others].some((value) => ownPlan(plan, value)!.signed);
    values.set(owner!, { ...own, signed });
    for (const value of others) {
      values.set(value, { kind: "shared", with: owner! });
      unified.set(value, owner!);
    }
  }
  return { ...plan, values, unified };
}
