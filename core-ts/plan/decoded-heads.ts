import { nodeUses } from "../graph/edit.ts";
import type { Graph } from "../graph/graph.ts";
import { isPointwise } from "../graph/pointwise.ts";
import { opRecord } from "../ops/index.ts";
import { outputKind } from "../ops/record.ts";
import { toNumbers } from "../tensor/tensor.ts";
import type { NodePlan, QuantPlan } from "./plan.ts";

type IntegerNode = Extract<NodePlan, { kind: "integer" }>;

/** Arithmetic of box decoders, element by element. */
const ARITHMETIC = ["Add", "Clip", "Div", "Exp", "Mul", "Pow", "Sigmoid", "Sqrt", "Sub", "Tanh"];

/** A constant with so many different elements stands for places (priors, a grid of cells), not for a bias or a scale. */
const PLACES = 16;

const isArithmetic = ({ node }: NodePlan): boolean => ARITHMETIC.includes(node.op) || isPointwise(node);

/** Nodes whose results reach nothing but model outputs, by arithmetic and movement alone; the last first. */
function headNodes(plan: QuantPlan, graph: Graph): IntegerNode[] {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const inside = new Set<string>();
  const readElsewhere = new Set<string>();
  const found: IntegerNode[] = [];
  for (const entry of plan.nodes.toReversed()) {
    const { op, domain } = entry.node;
    const passes = isArithmetic(entry) || op === "Concat" || opRecord(op, domain)?.onlyMoves === true;
    const isUsed = (name: string) => (outputs.has(name) || inside.has(name)) && !readElsewhere.has(name);
    const made = entry.kind === "integer" ? entry.outputs : entry.node.outputs;
    const isHead = entry.kind !== "absorbed" && passes && made.every(isUsed);
    for (const name of nodeUses(entry.node)) (isHead ? inside : readElsewhere).add(name);
    if (isHead && entry.kind === "integer") found.push(entry);
  }
  return found;
}

/** Whether the node adds a constant that differs from place to place. */
function addsPlaces({ node, bits }: IntegerNode, graph: Graph): boolean {
  if (bits !== 8 || (node.op !== "Add" && node.op !== "Sub")) return false;
  return node.inputs.some((name) => {
    const constant = graph.initializers.get(name);
    return constant !== undefined && new Set(toNumbers(constant)).size >= PLACES;
  });
}

/** The nodes of a head that are connected with this one, from the first arithmetic on, in topological order. */
function connected(start: IntegerNode, head: readonly IntegerNode[]): IntegerNode[] {
  const group = new Set([start]);
  const touches = (a: IntegerNode, b: IntegerNode) => a.outputs.some((name) => b.node.inputs.includes(name));
  for (let size = 0; size < group.size; ) {
    size = group.size;
    for (const entry of head)
      if ([...group].some((one) => touches(one, entry) || touches(entry, one))) group.add(entry);
  }
  const computed = new Set<IntegerNode>();
  return head
    .toReversed()
    .filter((entry) => group.has(entry))
    .filter((entry) => {
      const isBehind = [...computed].some((one) => touches(one, entry));
      if (isArithmetic(entry) || isBehind) computed.add(entry);
      return computed.has(entry);
    });
}

/**
 * A detector that decodes its boxes in the model puts positions on one 8-bit scale: a step is 1/127 of the picture, more than a small object allows (UltraFace
 * slim: F1 87 instead of 98). Proposes 16 bit for the nodes of the decoding, which are few and cheap.
 */
export function decodedHeads(plan: QuantPlan, graph: Graph): string[] {
  const head = headNodes(plan, graph);
  const told = new Set<IntegerNode>();
  return head.flatMap((entry) => {
    if (told.has(entry) || !addsPlaces(entry, graph)) return [];
    const group = connected(entry, head);
    for (const one of group) told.add(one);
    const names = group
      .filter(({ node }) => outputKind(opRecord(node.op, node.domain)!, node) === "own")
      .map(({ node }) => node.name);
    const remedy = plan.chip.mixedPrecision
      ? `give 16 bit to the nodes of the decoding (-gt, -mc): ${names.join(", ")}`
      : "take -b 16, or cut the model before the decoding (-on)";
    return [
      `${entry.node.op} node "${entry.node.name}": it decodes positions at the end of the model, where one 8-bit step is 1/127 of the largest; ${remedy}`,
    ];
  });
}
