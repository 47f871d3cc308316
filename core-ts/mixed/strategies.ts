/** Ways to choose which nodes get 16 bit, the rest having 8. */
import type { ObserverName } from "../observers/index.ts";
import type { Precision } from "../plan/options.ts";
import type { QuantPlan } from "../plan/plan.ts";
import { roundHalfEven } from "../quantize/scale.ts";
import { mixOf, QuantizedNeighbours, quantizedNodes } from "./nodes.ts";

/** 8 and 16 bit, and the observers that suit them (spec/facts.md). */
export interface MixModes {
  readonly low: ObserverName;
  readonly high: ObserverName;
}

/** How many of the plan's nodes get 16 bit when `ratio` of them are to have 8. */
export function highCount(plan: QuantPlan, ratio: number): number {
  return roundHalfEven((1 - ratio) * quantizedNodes(plan).length);
}

/** Names that must be 16 bit too: inputs of one node have one width (rule 7 of the manual), so their narrower ones are raised. */
function raised(plan: QuantPlan, high: ReadonlySet<string>): Set<string> {
  const neighbours = new QuantizedNeighbours(plan);
  const groups = quantizedNodes(plan).map((node) =>
    neighbours.parents(node).map((parent) => parent.node.name),
  );
  const all = new Set(high);
  for (let before = -1; before !== all.size; ) {
    before = all.size;
    for (const group of groups)
      if (group.some((name) => all.has(name))) for (const name of group) all.add(name);
  }
  return all;
}

/**
 * The first names of `ranking` that fit into `count` nodes of 16 bit, each with those it raises along; everything else 8 bit. A name that would pass
 * the count is left out and the next one tried.
 */
export function chooseHigh(
  plan: QuantPlan,
  ranking: readonly string[],
  count: number,
  modes: MixModes,
): Map<string, Precision> {
  let high = new Set<string>();
  for (const name of ranking) {
    const more = raised(plan, new Set([...high, name]));
    if (more.size <= count) high = more;
  }
  return new Map(
    quantizedNodes(plan).map(({ node }) => [
      node.name,
      high.has(node.name) ? { bits: 16, mode: modes.high } : { bits: 8, mode: modes.low },
    ]),
  );
}

/** IOhigh: nodes nearest to an end of the model first, in topological order from the inputs and from the outputs in turn. */
export function endsFirst(plan: QuantPlan): string[] {
  const names = quantizedNodes(plan).map(({ node }) => node.name);
  return names.map((_, i) => (i % 2 === 0 ? names[i / 2]! : names[names.length - (i + 1) / 2]!));
}

/** initial: what the command line says, for every node. */
export const initialMix = mixOf;
