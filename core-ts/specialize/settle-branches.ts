/**
 * If(constant) → the nodes of the branch that is taken. Exporters write such an If around Squeeze, by the size of an axis. Names of the branch that mean
 * something else outside get a number; its results take the names of the If's outputs.
 */
import { cloneGraph } from "../graph/clone.ts";
import { nodeUses, replaceUses, uniqueName, valueNames } from "../graph/edit.ts";
import type { Graph, Model, Node } from "../graph/graph.ts";
import { type Tensor, toNumbers } from "../tensor/tensor.ts";
import { dependence } from "./dependence.ts";

/** Runs a part of the model on ones; gives the values asked for. */
export type RunPart = (part: Model, values: readonly string[]) => Promise<ReadonlyMap<string, Tensor>>;

const isIf = (node: Node): boolean => node.op === "If" && node.domain === "";

function rename(branch: Graph, from: string, to: string): void {
  for (const node of branch.nodes) node.outputs = node.outputs.map((name) => (name === from ? to : name));
  const constant = branch.initializers.get(from);
  if (constant) {
    branch.initializers.delete(from);
    branch.initializers.set(to, constant);
  }
  replaceUses(branch, from, to);
  branch.outputs = branch.outputs.map((output) => (output.name === from ? { ...output, name: to } : output));
}

/** Gives the branch's own values names that are free outside. */
function separate(branch: Graph, taken: Set<string>): void {
  const own = [...branch.initializers.keys(), ...branch.nodes.flatMap(({ outputs }) => outputs)];
  for (const name of own) {
    if (name === "") continue;
    const free = uniqueName(taken, name);
    if (free !== name) rename(branch, name, free);
  }
}

/** Lets the branch make the If's outputs; what it only hands through, or hands out twice, goes through an Identity. */
function connect(branch: Graph, node: Node): void {
  const made = new Set(branch.nodes.flatMap(({ outputs }) => outputs));
  for (const [i, output] of node.outputs.entries()) {
    if (output === "") continue;
    const result = branch.outputs[i]!.name;
    if (made.delete(result)) rename(branch, result, output);
    else
      branch.nodes.push({
        name: `${node.name}/${i}`,
        op: "Identity",
        domain: "",
        inputs: [result],
        outputs: [output],
        attrs: new Map(),
        origins: [node.name],
      });
  }
}

/** A copy of the branch that this condition takes; undefined for an If without it. */
function takenBranch(node: Node, condition: Tensor): Graph | undefined {
  const found = node.attrs.get(toNumbers(condition)[0] ? "then_branch" : "else_branch");
  return found?.kind === "graph" ? cloneGraph(found.value) : undefined;
}

/** Puts a branch in the place of its If. */
function inline(graph: Graph, node: Node, branch: Graph): void {
  const others = graph.nodes.filter((other) => other !== node);
  separate(branch, valueNames({ ...graph, nodes: others }));
  connect(branch, node);
  for (const [name, constant] of branch.initializers) graph.initializers.set(name, constant);
  graph.nodes = graph.nodes.flatMap((other) => (other === node ? branch.nodes : [other]));
}

/** The nodes that these values come from, in order. */
function sourceNodes(graph: Graph, values: readonly string[]): Node[] {
  const wanted = new Set(values);
  const found = graph.nodes.toReversed().filter((node) => {
    if (!node.outputs.some((name) => wanted.has(name))) return false;
    for (const name of nodeUses(node)) wanted.add(name);
    return true;
  });
  return found.reverse();
}

/** The Ifs that no input decides and whose conditions come from none of these, with what decides them. */
function decided(graph: Graph): { node: Node; condition: string; sources: Node[] }[] {
  const { content } = dependence(graph);
  const found = graph.nodes
    .filter((node) => isIf(node) && !content.has(node.inputs[0]!))
    .map((node) => ({ node, condition: node.inputs[0]!, sources: sourceNodes(graph, [node.inputs[0]!]) }));
  return found.filter(({ sources }) => !found.some(({ node }) => sources.includes(node)));
}

/**
 * Replaces every If whose condition depends on no input, in place, before the model is run: a runtime refuses a model in which the branch that is
 * never taken does not fit the shapes. Only what the conditions come from is run.
 */
export async function settleBranches(model: Model, run: RunPart): Promise<void> {
  const { graph } = model;
  for (let found = decided(graph); found.length > 0; found = decided(graph)) {
    const computed = found.map(({ condition }) => condition).filter((name) => !graph.initializers.has(name));
    const nodes = sourceNodes(graph, computed);
    const part = { ...model, graph: { ...graph, nodes, outputs: [] } };
    const values = computed.length > 0 ? await run(part, computed) : new Map<string, Tensor>();
    for (const { node, condition } of found) {
      const branch = takenBranch(node, graph.initializers.get(condition) ?? values.get(condition)!);
      if (!branch) return;
      inline(graph, node, branch);
    }
  }
}
