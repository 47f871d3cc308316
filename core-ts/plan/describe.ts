import type { QuantPlan, ValuePlan } from "./plan.ts";

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

/** The plan as text, one line per node: what it becomes, what carries its activation, and how each output is held. */
export function describePlan(plan: QuantPlan): string {
  const lines = plan.nodes.map((entry) => {
    const title = `${entry.node.op} "${entry.node.name}"`;
    switch (entry.kind) {
      case "absorbed":
        return `${title}: carried by "${entry.into}" as saturation bounds`;
      case "float":
        return `${title}: stays float, ${entry.because}`;
      case "integer": {
        const outputs = entry.outputs.map((value) => `${value} (${describeValue(plan.values.get(value)!)})`);
        return `${title}: ${entry.bits} bit -> ${outputs.join(", ")}`;
      }
    }
  });
  return lines.join("\n");
}
