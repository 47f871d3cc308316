/**
 * Which variable has which key of the checkpoint, as the graph itself says it where it restores them: AssignVariableOp(variable, RestoreV2's output).
 * Names do not tell: Keras 3 numbers its variables anew when it exports.
 */
import { attrFunction, attrTensor, type NodeTable, type TfGraph, type TfNode } from "./node.ts";

const ASSIGNS = new Set(["AssignVariableOp", "Assign"]);
const CALLS = new Set(["PartitionedCall", "StatefulPartitionedCall"]);

/** The key that an endpoint was restored from. */
function restoredKey(nodes: NodeTable, name: string, index: number): string | undefined {
  const node = nodes.get(name);
  if (node?.op === "Identity") return restoredKey(nodes, node.inputs[0]!.node, node.inputs[0]!.index);
  if (node?.op !== "RestoreV2") return undefined;
  const names = nodes.get(node.inputs[1]?.node ?? "");
  const keys = names && attrTensor(names, "value");
  return keys?.dtype === "string" ? keys.data[index] : undefined;
}

/** Notes the assignments of a graph, and of the functions it calls, where `outer` tells what their parameters are. */
function note(
  graph: TfGraph,
  nodes: NodeTable,
  outer: ReadonlyMap<string, string>,
  keys: Map<string, string>,
): void {
  const variable = (name: string) => outer.get(name) ?? name;
  for (const node of nodes.values()) {
    const [target, value] = node.inputs;
    if (ASSIGNS.has(node.op) && target && value) {
      const key = restoredKey(nodes, value.node, value.index);
      if (key !== undefined) keys.set(variable(target.node), key);
    }
    const called = CALLS.has(node.op) ? graph.functions.get(attrFunction(node, "f") ?? "") : undefined;
    if (called && restores(called.nodes))
      note(graph, called.nodes, parameters(node, called.parameters, variable), keys);
  }
}

const restores = (nodes: NodeTable): boolean => [...nodes.values()].some(({ op }) => op === "RestoreV2");

function parameters(
  node: TfNode,
  names: readonly string[],
  variable: (name: string) => string,
): Map<string, string> {
  return new Map(names.map((name, i) => [name, variable(node.inputs[i]?.node ?? "")]));
}

/** Names of the nodes of variables → their keys. */
export function variableKeys(graph: TfGraph): Map<string, string> {
  const keys = new Map<string, string>();
  note(graph, graph.nodes, new Map(), keys);
  return keys;
}
