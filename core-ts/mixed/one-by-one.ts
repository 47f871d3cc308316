/** Plans in which one node is quantized, or all but one: what a layer costs by itself, and what it would gain to spare it. */
import { opRecord } from "../ops/index.ts";
import type { Prepared } from "../pipeline.ts";
import type { QuantPlan, ValuePlan } from "../plan/plan.ts";
import { withFloatNodes } from "../prepare.ts";
import { quantizedNodes } from "./nodes.ts";

/** A node, quantized alone and spared alone. */
export interface Variant {
  readonly node: string;
  readonly op: string;
  /** Only this node is integer; what it reads is rounded in front of it. */
  readonly only: Prepared;
  /** All the others are. */
  readonly without: Prepared;
}

/** Integer nodes that do arithmetic. Those that only move values follow their neighbours. */
function computing(plan: QuantPlan): string[] {
  return plan.nodes.flatMap(({ kind, node }) =>
    kind === "integer" && !opRecord(node.op, node.domain)!.onlyMoves ? [node.name] : [],
  );
}

/** Both plans of every node that a mix reaches, in topological order. Nodes that are excluded already stay so. */
export function variantsOf(prepared: Prepared): Variant[] {
  const { plan, planOptions } = prepared;
  const excluded = planOptions.floatNodes ?? new Set<string>();
  const all = computing(plan);
  return quantizedNodes(plan).map(({ node: { name, op } }) => ({
    node: name,
    op,
    only: withFloatNodes(prepared, new Set([...excluded, ...all.filter((other) => other !== name)])),
    without: withFloatNodes(prepared, new Set([...excluded, name])),
  }));
}

/** A preparation whose calibration gathers what every variant needs: a value that is moved in one plan has a scale of its own in another. */
export function forAllVariants(prepared: Prepared, variants: readonly Variant[]): Prepared {
  const values = new Map<string, ValuePlan>(prepared.plan.values);
  for (const { plan } of variants.flatMap(({ only, without }) => [only, without]))
    for (const [name, value] of plan.values)
      if (value.kind === "own" && value.scale === undefined) values.set(name, value);
  return { ...prepared, plan: { ...prepared.plan, values } };
}
