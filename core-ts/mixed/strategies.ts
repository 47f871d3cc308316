/** Ways to choose which nodes get 16 bit, the rest having 8. */
import type { ObserverName } from "../observers/index.ts";
import type { Precision } from "../plan/options.ts";
import type { QuantPlan } from "../plan/plan.ts";
import { roundHalfEven } from "../quantize/scale.ts";
import { mixOf, QuantizedNeighbours, quantizedNodes } from "./nodes.ts";
import { ties } from "./rules.ts";

/** 8 and 16 bit, and the observers that suit them (spec/facts.md). */
export interface MixModes {
  readonly low: ObserverName;
  readonly high: ObserverName;
}

/** How many of the plan's nodes get 16 bit when `ratio` of them are to have 8. */
export function highCount(plan: QuantPlan, ratio: number): number {
  return roundHalfEven((1 - ratio) * quantizedNodes(plan).length);
}

/** Nodes that the manual's rules hold to one width, as inputs of one node are, in topological order of their first. Each node is in one group. */
export function tiedGroups(plan: QuantPlan): string[][] {
  const neighbours = new QuantizedNeighbours(plan);
  const nodes = quantizedNodes(plan);
  const groupOf = new Map(nodes.map(({ node }) => [node.name, [node.name]]));
  for (const tied of nodes.flatMap((node) => ties(node, neighbours))) {
    const first = groupOf.get(tied[0]?.node.name ?? "");
    for (const { node } of tied) {
      const other = groupOf.get(node.name)!;
      if (other === first) continue;
      first!.push(...other);
      for (const name of other) groupOf.set(name, first!);
    }
  }
  const place = new Map(nodes.map(({ node }, i) => [node.name, i]));
  return [...new Set(groupOf.values())].map((group) => group.sort((a, b) => place.get(a)! - place.get(b)!));
}

/** 16 bit for the nodes of `high`, 8 bit for the rest. */
export function precisions(
  plan: QuantPlan,
  high: ReadonlySet<string>,
  modes: MixModes,
): Map<string, Precision> {
  const of = (name: string): Precision =>
    high.has(name) ? { bits: 16, mode: modes.high } : { bits: 8, mode: modes.low };
  return new Map(quantizedNodes(plan).map(({ node }) => [node.name, of(node.name)]));
}

/** 16 bit for the groups of `ranking` that fit into `count` nodes, best first; a group that would pass the count is left out and the next one tried. */
export function chooseHigh(
  plan: QuantPlan,
  ranking: readonly (readonly string[])[],
  count: number,
  modes: MixModes,
): Map<string, Precision> {
  const high = new Set<string>();
  for (const group of ranking) {
    if (high.size + group.length > count) continue;
    for (const name of group) high.add(name);
  }
  return precisions(plan, high, modes);
}

/** Groups by the mean of what their nodes score, highest first; of equals the first in topological order. */
export function rankedGroups(plan: QuantPlan, score: (node: string) => number): string[][] {
  const mean = (group: readonly string[]) => group.reduce((sum, name) => sum + score(name), 0) / group.length;
  const scored = tiedGroups(plan).map((group) => ({ group, mean: mean(group) }));
  return scored.sort((a, b) => b.mean - a.mean).map(({ group }) => group);
}

/** IOhigh: groups nearest to an end of the model first, by the place of their nodes in topological order. */
export function endsFirst(plan: QuantPlan): string[][] {
  const names = quantizedNodes(plan).map(({ node }) => node.name);
  const middle = (names.length - 1) / 2;
  return rankedGroups(plan, (name) => Math.abs(names.indexOf(name) - middle));
}

/** initial: what the command line says, for every node. */
export const initialMix = mixOf;
