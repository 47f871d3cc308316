import type { PlanView } from "../ops/record.ts";
import type { QuantPlan, ValuePlan } from "./plan.ts";

/** Values without elements (a dimension of 0) show calibration nothing: any scale holds them, so they get 1. */
export function withEmptyValues(plan: QuantPlan, view: PlanView): QuantPlan {
  const values = new Map<string, ValuePlan>(plan.values);
  for (const [name, value] of plan.values) {
    if (value.kind === "own" && view.dims(name)?.includes(0)) values.set(name, { ...value, scale: 1 });
  }
  return { ...plan, values };
}
