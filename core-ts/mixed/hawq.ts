/**
 * Which nodes keep 16 bit, by sensitivity. The rounding of a value is spared a reader only where both its maker and that reader have 16 bit: an 8-bit reader
 * takes the value at 8 bit whatever made it. So the predicted loss is a sum of terms, each with the nodes that must all have 16 bit to be rid of it.
 */
import type { Precision } from "../plan/options.ts";
import type { QuantPlan } from "../plan/plan.ts";
import type { Sensitivity } from "./sensitivity.ts";
import { type MixModes, precisions, tiedGroups } from "./strategies.ts";

interface Term {
  readonly cost: number;
  readonly nodes: readonly string[];
}

/** The rounding of a node's weights needs the node alone; that of a value, for each reader, its maker (where a mix reaches it) and the reader. */
function termsOf({ node, trace, error, uses }: Sensitivity): Term[] {
  const maker = node === undefined ? [] : [node];
  const roundings = uses.flatMap(({ readers, share }) =>
    readers.map((reader) => ({
      cost: (trace * error.output * share) / readers.length,
      nodes: reader === undefined ? maker : [...maker, reader],
    })),
  );
  return [{ cost: trace * error.weights, nodes: maker }, ...roundings].filter(
    ({ nodes }) => nodes.length > 0,
  );
}

type Group = readonly string[];

/** A choice of groups that is improved step by step; never more than `count` nodes have 16 bit between two steps. */
class Choice {
  readonly #terms: readonly Term[];
  readonly #touching = new Map<string, Term[]>();
  #high: Set<string>;

  constructor(
    found: readonly Sensitivity[],
    private readonly groups: readonly Group[],
    private readonly count: number,
  ) {
    this.#terms = found.flatMap(termsOf);
    for (const term of this.#terms)
      for (const name of new Set(term.nodes))
        this.#touching.set(name, [...(this.#touching.get(name) ?? []), term]);
    this.#high = new Set(groups.flat());
    this.#peel();
    this.#fill();
  }

  get high(): ReadonlySet<string> {
    return this.#high;
  }

  #isHigh(group: Group): boolean {
    return this.#high.has(group[0]!);
  }

  #touched(group: Group): Set<Term> {
    return new Set(group.flatMap((name) => this.#touching.get(name) ?? []));
  }

  /** What the group's 16 bit spare, the others being as they are. */
  #worth(group: Group): number {
    let total = 0;
    for (const { cost, nodes } of this.#touched(group))
      if (nodes.every((name) => this.#high.has(name) || group.includes(name))) total += cost;
    return total;
  }

  #loss(): number {
    return this.#terms.reduce(
      (sum, { cost, nodes }) => (nodes.every((name) => this.#high.has(name)) ? sum : sum + cost),
      0,
    );
  }

  #set(group: Group, isHigh: boolean): void {
    for (const name of group) isHigh ? this.#high.add(name) : this.#high.delete(name);
  }

  /** Of the groups that pass, the one with the most; the first of equals. */
  #best(passes: (group: Group) => boolean, score: (group: Group) => number): Group | undefined {
    let [best, most] = [undefined as Group | undefined, Number.NEGATIVE_INFINITY];
    for (const group of this.groups) {
      const found = passes(group) ? score(group) : Number.NEGATIVE_INFINITY;
      if (found > most) [best, most] = [group, found];
    }
    return best;
  }

  /** Lowers the group that costs least per node, `held` excepted, until the count is met. */
  #peel(held?: Group): void {
    while (this.#high.size > this.count)
      this.#set(
        this.#best(
          (group) => group !== held && this.#isHigh(group),
          (group) => -this.#worth(group) / group.length,
        )!,
        false,
      );
  }

  /** Raises what fits and is worth most, `held` excepted, until nothing fits. */
  #fill(held?: Group): void {
    for (;;) {
      const fits = (group: Group) =>
        group !== held && !this.#isHigh(group) && this.#high.size + group.length <= this.count;
      const most = this.#best(fits, (group) => this.#worth(group));
      if (!most) return;
      this.#set(most, true);
    }
  }

  /** Raises the group with all that share a term with it: its worth may lie in them. */
  #raiseAround(group: Group): void {
    const names = new Set([...this.#touched(group)].flatMap(({ nodes }) => nodes));
    for (const other of [group, ...this.groups])
      if (other === group || other.some((name) => names.has(name))) this.#set(other, true);
  }

  /** Forces each group in, or out, and lets the rest adapt; keeps what lowers the loss. True if anything did. */
  exchange(): boolean {
    let loss = this.#loss();
    const before = loss;
    for (const group of this.groups.filter(({ length }) => length <= this.count)) {
      const kept = new Set(this.#high);
      if (this.#isHigh(group)) this.#set(group, false);
      else this.#raiseAround(group);
      this.#peel(group);
      this.#fill(group);
      const now = this.#loss();
      if (now < loss * (1 - LEAST_GAIN)) loss = now;
      else this.#high = kept;
    }
    return loss < before;
  }
}

/** Rounds of exchange; each one only ever lowers the predicted loss. */
const ROUNDS = 20;
/** An exchange has to gain more than rounding of sums could feign. */
const LEAST_GAIN = 1e-9;

/** The mix in which about `count` nodes, never more, have 16 bit: from 16 bit everywhere down to the count, then by exchanges. */
export function hawqMix(
  plan: QuantPlan,
  found: readonly Sensitivity[],
  count: number,
  modes: MixModes,
): Map<string, Precision> {
  const choice = new Choice(found, tiedGroups(plan), count);
  for (let round = 0; round < ROUNDS && choice.exchange(); round++);
  return precisions(plan, choice.high, modes);
}
