import { nodeUses } from "../graph/edit.ts";
import type { Graph } from "../graph/graph.ts";
import type { NodePlan } from "../plan/plan.ts";
import type { ReportGraph } from "./report.ts";

/** The float graph as the plan sees it: model inputs, then nodes in topological order, each once. */
export function reportGraph(graph: Graph, plan: readonly NodePlan[]): ReportGraph {
  const constants = graph.initializers;
  const inputs = graph.inputs.filter(({ name }) => !constants.has(name));
  const makers = new Map(inputs.map(({ name }, i) => [name, i]));
  for (const [i, { node }] of plan.entries())
    for (const value of node.outputs) if (value !== "") makers.set(value, inputs.length + i);
  const edges = plan.flatMap(({ node }, i) => {
    const from = new Set(nodeUses(node).flatMap((value) => makers.get(value) ?? []));
    return [...from].map((maker) => [maker, inputs.length + i] as const);
  });
  return {
    nodes: [
      ...inputs.map(({ name }) => ({ name, op: "Input", kind: "input" as const })),
      ...plan.map(({ node, kind }) => ({ name: node.name, op: node.op, kind })),
    ],
    edges,
  };
}
