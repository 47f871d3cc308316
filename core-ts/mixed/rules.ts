/** The rules of the manual's 更新混合量化json配置文件 that are about neighbours, as data; those about spelling are the reader's. */
import { opRecord } from "../ops/index.ts";
import type { OpRecord } from "../ops/record.ts";
import type { Mix } from "../plan/options.ts";
import type { QuantPlan } from "../plan/plan.ts";
import { type IntegerNode, QuantizedNeighbours, quantizedNodes } from "./nodes.ts";

/** One broken rule: at which node, which, and what to do. */
export interface Violation {
  readonly node: string;
  /** Number of the rule in the manual. */
  readonly rule: number;
  readonly message: string;
}

interface Site {
  readonly node: IntegerNode;
  readonly parents: readonly IntegerNode[];
  readonly children: readonly IntegerNode[];
  bits(node: IntegerNode): number;
}

interface Rule {
  readonly number: number;
  /** What is wrong at this node and what to do, or undefined. */
  check(site: Site): string | undefined;
}

/** What the manual's rules tie to a node's width, as its op's record says. */
function neighboursOf({ node }: IntegerNode): OpRecord["neighbours"] {
  return opRecord(node.op, node.domain)?.neighbours;
}

const isBound = (node: IntegerNode): boolean => neighboursOf(node) === "bound";

/** A Concat that joins what a bound op makes (rule 8). */
function joinsBound({ node }: IntegerNode, parents: readonly IntegerNode[]): boolean {
  return opRecord(node.op, node.domain)?.joins === "values" && parents.some(isBound);
}

/** Sets of nodes around this one that the rules hold to one width, for choices that are to break none. */
export function ties(node: IntegerNode, neighbours: QuantizedNeighbours): IntegerNode[][] {
  const parents = neighbours.parents(node);
  const isHeld = neighboursOf(node) !== undefined;
  if (!isHeld && !joinsBound(node, parents)) return [parents];
  return [[node, ...(isHeld ? parents : []), ...neighbours.children(node)], parents];
}

const listed = (nodes: readonly IntegerNode[], site: Site): string =>
  nodes.map((other) => `${other.node.name} (${site.bits(other)} bit)`).join(", ");

/** Neighbours of another width than the node. */
function others(site: Site): IntegerNode[] {
  return [...site.parents, ...site.children].filter((other) => site.bits(other) !== site.bits(site.node));
}

function sameAsNeighbours(number: number, kind: OpRecord["neighbours"], what: string): Rule {
  return {
    number,
    check(site) {
      if (neighboursOf(site.node) !== kind) return undefined;
      const wrong = others(site);
      return wrong.length > 0
        ? `${what} and has ${site.bits(site.node)} bit, unlike its neighbours ${listed(wrong, site)}; give them the same bitwidth`
        : undefined;
    },
  };
}

const equalInputs: Rule = {
  number: 7,
  check(site) {
    const widths = new Set(site.parents.map((parent) => site.bits(parent)));
    return widths.size > 1
      ? `its inputs differ in width: ${listed(site.parents, site)}; give these nodes the same bitwidth`
      : undefined;
  },
};

const concatBehindBound: Rule = {
  number: 8,
  check(site) {
    if (!joinsBound(site.node, site.parents)) return undefined;
    const rest = [...site.parents.filter((parent) => !isBound(parent)), ...site.children];
    const lower = rest.filter((other) => site.bits(other) < site.bits(site.node));
    return lower.length > 0
      ? `it joins a recurrent or LayerNormalization node and has ${site.bits(site.node)} bit, more than ${listed(lower, site)}; lower it, or raise them`
      : undefined;
  },
};

const RULES: readonly Rule[] = [
  sameAsNeighbours(5, "bound", "it is bound to the width of its neighbours"),
  sameAsNeighbours(6, "unmixed", "it has no mixed quantization"),
  equalInputs,
  concatBehindBound,
];

/** Every broken rule among the nodes that the mix names, in topological order. */
export function violations(plan: QuantPlan, mix: Mix): Violation[] {
  const neighbours = new QuantizedNeighbours(plan);
  const isNamed = ({ node }: IntegerNode) => mix.has(node.name);
  return quantizedNodes(plan)
    .filter(isNamed)
    .flatMap((node) => {
      const site: Site = {
        node,
        parents: neighbours.parents(node).filter(isNamed),
        children: neighbours.children(node).filter(isNamed),
        bits: (one) => mix.get(one.node.name)!.bits,
      };
      return RULES.flatMap((rule) => {
        const message = rule.check(site);
        return message === undefined ? [] : [{ node: node.node.name, rule: rule.number, message }];
      });
    });
}
