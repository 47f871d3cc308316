import { opRecord } from "../ops/index.ts";
import { type NodePlan, type QuantPlan, scaleOwner, type ValuePlan } from "./plan.ts";

/** Whether an integer op reads the value as data. */
function readAsInteger(nodes: readonly NodePlan[], value: string): boolean {
  return nodes.some(
    (plan) =>
      plan.kind === "integer" &&
      opRecord(plan.node.op, plan.node.domain)!
        .operands(plan.node)
        .some((i) => plan.node.inputs[i] === value),
  );
}

/**
 * An op that only moves values (Reshape, Transpose, ...) between float ops would be quantized for nothing: it stays float. Runs from the end of
 * the graph, so that a chain of such ops is settled in one sweep.
 */
export function keepMovementFloat(plan: QuantPlan): QuantPlan {
  const nodes = [...plan.nodes];
  const values = new Map<string, ValuePlan>(plan.values);
  const made = new Set(nodes.flatMap((node) => (node.kind === "integer" ? node.outputs : [])));
  const because = "it only moves values between float ops";
  for (let i = nodes.length - 1; i >= 0; i--) {
    const current = nodes[i]!;
    if (current.kind !== "integer" || !opRecord(current.node.op, current.node.domain)!.onlyMoves) continue;
    const [first] = opRecord(current.node.op, current.node.domain)!.operands(current.node);
    const source = current.node.inputs[first!]!;
    const owner = scaleOwner({ ...plan, values }, source);
    if (owner !== undefined && made.has(owner)) continue;
    if (current.outputs.some((value) => readAsInteger(nodes, value))) continue;
    nodes[i] = { kind: "float", node: current.node, because };
    for (const value of current.outputs) values.set(value, { kind: "float", because });
    if (values.get(source)?.kind === "own" && !readAsInteger(nodes, source))
      values.set(source, { kind: "float", because });
  }
  return { ...plan, nodes, values };
}
