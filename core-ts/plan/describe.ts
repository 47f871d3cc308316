import type { NodePlan, QuantPlan, ValuePlan } from "./plan.ts";

function describeValue(plan: ValuePlan): string {
  switch (plan.kind) {
    case "own":
      return `${plan.signed ? "int" : "uint"}${plan.bits}, ${plan.observer}`;
    case "shared":
      return `scale of ${plan.with}`;
    case "derived":
      return `constant of ${plan.from}`;
    case "float":
      return `float: ${plan.because}`;
  }
}

function describeNode(plan: QuantPlan, entry: NodePlan): string {
  switch (entry.kind) {
    case "absorbed":
      return `carried by "${entry.into}" as saturation bounds`;
    case "float":
      return `stays float, ${entry.because}`;
    case "integer": {
      const outputs = entry.outputs.map((value) => `${value} (${describeValue(plan.values.get(value)!)})`);
      return `${entry.bits} bit -> ${outputs.join(", ")}`;
    }
  }
}

/** The plan as text, one line per node: what it becomes, what carries its activation, and how each output is held. */
export function describePlan(plan: QuantPlan): string {
  return plan.nodes
    .map((entry) => `${entry.node.op} "${entry.node.name}": ${describeNode(plan, entry)}`)
    .join("\n");
}
