/**
 * Which nodes keep 16 bit, by sensitivity. The rounding of a node's output is spared only where its readers have 16 bit as well: an 8-bit reader
 * takes the value at 8 bit whatever made it. So gains live on edges, and single nodes of 16 bit gain little. Starting from 16 bit everywhere, the group
 * of nodes that loses least per node is lowered, again and again: regions that matter stay whole.
 */
import type { Precision } from "../plan/options.ts";
import type { QuantPlan } from "../plan/plan.ts";
import { QuantizedNeighbours, quantizedNodes } from "./nodes.ts";
import type { Sensitivity } from "./sensitivity.ts";
import { type MixModes, precisions, tiedGroups } from "./strategies.ts";

interface Gain {
  readonly output: number;
  readonly weights: number;
  readonly parents: readonly string[];
  readonly children: readonly string[];
}

function gains(plan: QuantPlan, found: readonly Sensitivity[]): Map<string, Gain> {
  const neighbours = new QuantizedNeighbours(plan);
  const known = new Map(found.map((one) => [one.node, one]));
  const names = (nodes: ReturnType<typeof quantizedNodes>) => [
    ...new Set(nodes.map(({ node }) => node.name)),
  ];
  return new Map(
    quantizedNodes(plan).map((node) => {
      const one = known.get(node.node.name);
      const [output, weights] = one ? [one.trace * one.error.output, one.trace * one.error.weights] : [0, 0];
      const family = { parents: names(neighbours.parents(node)), children: names(neighbours.children(node)) };
      return [node.node.name, { output, weights, ...family }];
    }),
  );
}

/** Share of a node's output rounding that its 16-bit readers are spared. */
function sparedShare({ children }: Gain, high: ReadonlySet<string>): number {
  return children.length === 0 ? 1 : children.filter((name) => high.has(name)).length / children.length;
}

/** What lowering the group costs while `high` are the nodes of 16 bit. */
function loss(group: readonly string[], table: ReadonlyMap<string, Gain>, high: ReadonlySet<string>): number {
  let total = 0;
  for (const name of group) {
    const gain = table.get(name)!;
    total += gain.weights + gain.output * sparedShare(gain, high);
    for (const parent of gain.parents) {
      const above = table.get(parent)!;
      if (high.has(parent) && !group.includes(parent)) total += above.output / above.children.length;
    }
  }
  return total;
}

/** The mix in which about `count` nodes, never more, have 16 bit. */
export function hawqMix(
  plan: QuantPlan,
  found: readonly Sensitivity[],
  count: number,
  modes: MixModes,
): Map<string, Precision> {
  const table = gains(plan, found);
  const high = new Set(table.keys());
  let groups = tiedGroups(plan);
  while (high.size > count) {
    const cost = (group: readonly string[]) => loss(group, table, high) / group.length;
    const least = groups.reduce((best, group) => (cost(group) < cost(best) ? group : best));
    for (const name of least) high.delete(name);
    groups = groups.filter((group) => group !== least);
  }
  return precisions(plan, high, modes);
}
