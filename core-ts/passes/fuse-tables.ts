/**
 * Ops that together compute y = f(x) of one value x, element by element
 *   →  one Pointwise node, which becomes one table: SiLU as x·Sigmoid(x), Gelu as x·(1 + Erf(x/√2))/2 or with Tanh, Mish as x·Tanh(Softplus(x)), HardSwish
 * as x·Clip(x + 3, 0, 6)/6, Softplus as Log(1 + Exp(x)), Exp(-x), Sqrt(x + ε) and whatever else exporters write. No pattern is compared: the table is
 * computed from the very ops and constants found, so that a formula nearly like one of these becomes the table of what it is.
 * Conditions: all values are float32 of one shape; constants are single numbers; the values between are read inside only and are no model outputs.
 * Pays where it saves a rounding that matters: the ops hold one that is a table anyway, or x is read twice. A chain of Mul, Add, Clip by constants
 * alone stays arithmetic, and a Relu or Clip in front stays with the op that makes x, as its saturation bounds.
 */
import type { Node } from "../graph/graph.ts";
import { pointwiseNode } from "../graph/pointwise.ts";
import { hasRealForm, isArithmetic } from "../ops/real-function.ts";
import { scalarOf, unaryOp } from "../ops/unary-calls.ts";
import type { Pass } from "./pass.ts";
import { Site } from "./site.ts";

/** Far more than any activation has; keeps the search short where a network is one long chain. */
const MOST_NODES = 32;

/** Values the node reads that are not constant. */
function varying(node: Node, site: Site): string[] {
  return [...new Set(node.inputs.filter((name) => name !== "" && !site.constant(name)))];
}

/** Whether every element of the result depends on the same element of the operands, and on nothing else. */
function isElementwise(node: Node, site: Site): boolean {
  if (node.domain !== "" || !hasRealForm(node.op) || node.outputs.length !== 1) return false;
  const shape = site.dims(node.outputs[0]!);
  const operands = varying(node, site);
  const isPowerOfConstant = node.op === "Pow" && site.constant(node.inputs[0]!) !== undefined;
  if (!shape || operands.length === 0) return false;
  const unary = unaryOp(node.op);
  if (unary && !isPowerOfConstant && !unary.call(node, (name) => site.constant(name))) return false;
  return node.inputs.every((name) => {
    if (name === "") return node.op === "Clip";
    if (site.constant(name)) return scalarOf(site.constant(name)) !== undefined;
    return site.dtype(name) === "float32" && site.dims(name)?.join() === shape.join();
  });
}

/** Nodes in topological order that turn `input` into the output of the last one. */
interface Region {
  readonly nodes: readonly Node[];
  readonly input: string;
}

/**
 * The largest region that ends at `last`. It grows backwards, always by the node that stands last among those that make what it reads, so that every
 * single entry comes by before anything in front of it does.
 */
function regionBefore(last: Node, site: Site): Region | undefined {
  const position = (node: Node) => site.graph.nodes.indexOf(node);
  const members = new Set([last]);
  let found: Region | undefined;
  while (members.size <= MOST_NODES) {
    const read = new Set([...members].flatMap((node) => varying(node, site)));
    for (const { outputs } of members) read.delete(outputs[0]!);
    const entries = [...read];
    if (entries.length === 1) found = { nodes: [...members].toReversed(), input: entries[0]! };
    const makers = entries.flatMap((name) => site.index.producer(name) ?? []);
    const latest = makers.sort((a, b) => position(b) - position(a))[0];
    if (!latest || !isElementwise(latest, site)) break;
    const value = latest.outputs[0]!;
    if (site.index.isOutput(value) || site.index.consumers(value).some((reader) => !members.has(reader)))
      break;
    members.add(latest);
  }
  return found;
}

/** The region without Relu and Clip at its front, which the op before carries as bounds. */
function withoutBounds({ nodes, input }: Region, site: Site): Region {
  const [first, ...rest] = nodes;
  const readers = site.index.consumers(input);
  const isBound = first?.op === "Relu" || first?.op === "Clip";
  if (!isBound || readers.length !== 1 || rest.length === 0) return { nodes, input };
  return withoutBounds({ nodes: rest, input: first.outputs[0]! }, site);
}

function pays({ nodes }: Region, site: Site): boolean {
  const tables = nodes.filter((node) => !isArithmetic(node.op));
  const isPowerOfConstant = nodes.some((node) => node.op === "Pow" && site.constant(node.inputs[0]!));
  const joins = nodes.filter((node) => varying(node, site).length > 1).length;
  if (isPowerOfConstant) return true;
  return nodes.length > 1 && (tables.length > 0 || joins > 0);
}

/** Fuses what ends at `last`; returns what it did. */
function fuse(last: Node, site: Site): string | undefined {
  if (!isElementwise(last, site)) return undefined;
  const found = regionBefore(last, site);
  const region = found && withoutBounds(found, site);
  if (!region || !pays(region, site)) return undefined;
  const { nodes, input } = region;
  const made = pointwiseNode(nodes, input, site.graph);
  const gone = new Set(nodes);
  site.graph.nodes = site.graph.nodes.flatMap((each) =>
    each === last ? [made] : gone.has(each) ? [] : [each],
  );
  const ops = nodes.map(({ op }) => op).join(", ");
  return `fuse-tables: ${last.op} "${last.name}" is one function of "${input}" together with what stands before it (${ops})`;
}

/** Runs once, behind all other passes: those look for the ops that this one hides. From the end, so that a region is found whole. */
export const fuseTables: Pass = {
  name: "fuse-tables",
  run(graph) {
    const notes: string[] = [];
    let site = new Site(graph);
    for (const node of graph.nodes.toReversed()) {
      if (!graph.nodes.includes(node)) continue;
      const done = fuse(node, site);
      if (done === undefined) continue;
      notes.push(done);
      site = new Site(graph);
    }
    return { changed: notes.length > 0, notes: notes.reverse() };
  },
};
