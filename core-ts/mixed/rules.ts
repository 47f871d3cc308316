/** The rules of the manual's 更新混合量化json配置文件 that are about neighbours, as data; those about spelling are the reader's. */
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

/** Recurrent ops and LayerNormalization: their neighbours have their width (rules 5 and 8). */
const BOUND = ["RNN", "LSTM", "GRU", "SRU", "LSTMP", "LayerNormalization"];
/** Ops without mixed quantization (rule 6). */
const UNMIXED = ["Abs"];

/** A Concat that joins what a bound op makes (rule 8). */
function joinsBound({ node }: IntegerNode, parents: readonly IntegerNode[]): boolean {
  return node.op === "Concat" && parents.some((parent) => BOUND.includes(parent.node.op));
}

/** Sets of nodes around this one that the rules hold to one width, for choices that are to break none. */
export function ties(node: IntegerNode, neighbours: QuantizedNeighbours): IntegerNode[][] {
  const parents = neighbours.parents(node);
  const isHeld = BOUND.includes(node.node.op) || UNMIXED.includes(node.node.op);
  if (!isHeld && !joinsBound(node, parents)) return [parents];
  return [[node, ...(isHeld ? parents : []), ...neighbours.children(node)], parents];
}

const listed = (nodes: readonly IntegerNode[], site: Site): string =>
  nodes.map((other) => `${other.node.name} (${site.bits(other)} bit)`).join(", ");

/** Neighbours of another width than the node. */
function others(site: Site): IntegerNode[] {
  return [...site.parents, ...site.children].filter((other) => site.bits(other) !== site.bits(site.node));
}

function sameAsNeighbours(number: number, ops: readonly string[], what: string): Rule {
  return {
    number,
    check(site) {
      if (!ops.includes(site.node.node.op)) return undefined;
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
    const rest = [...site.parents.filter(({ node }) => !BOUND.includes(node.op)), ...site.children];
    const lower = rest.filter((other) => site.bits(other) < site.bits(site.node));
    return lower.length > 0
      ? `it joins a recurrent or LayerNormalization node and has ${site.bits(site.node)} bit, more than ${listed(lower, site)}; lower it, or raise them`
      : undefined;
  },
};

const RULES: readonly Rule[] = [
  sameAsNeighbours(5, BOUND, "it is bound to the width of its neighbours"),
  sameAsNeighbours(6, UNMIXED, "it has no mixed quantization"),
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
