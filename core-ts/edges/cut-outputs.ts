import { ConfigError } from "../errors.ts";
import { nodeUses } from "../graph/edit.ts";
import type { Graph, GraphValue } from "../graph/graph.ts";
import { nearest } from "../nearest.ts";
import { removeDeadCode } from "../passes/remove-dead-code.ts";

const OPTION = "-on/--output-name";

function unknown(graph: Graph, name: string): ConfigError {
  const isInput = graph.inputs.some((input) => input.name === name);
  if (isInput || graph.initializers.has(name)) {
    const what = isInput ? "an input" : "a constant";
    return new ConfigError(
      `${OPTION} names "${name}", which is ${what} of the model; name a node, or a value that a node makes`,
      { option: OPTION, value: name },
    );
  }
  const known = graph.nodes.flatMap((node) => [...node.outputs, node.name]).filter((each) => each !== "");
  const hint = nearest(name, known);
  const outputs = graph.outputs.map((output) => `"${output.name}"`).join(", ");
  return new ConfigError(
    `${OPTION} names "${name}", and the model has no node and no value of that name; ${hint ? `did you mean "${hint}"?` : `its outputs are ${outputs}`}`,
    { option: OPTION, value: name },
  );
}

/** Values that a name stands for: the value itself, or all outputs of the node. @throws ConfigError with the nearest name. */
function valuesNamed(graph: Graph, name: string): readonly string[] {
  if (name !== "" && graph.nodes.some((node) => node.outputs.includes(name))) return [name];
  const node = graph.nodes.find((each) => each.name === name);
  if (!node) throw unknown(graph, name);
  return node.outputs.filter((output) => output !== "");
}

function readValues(graph: Graph): ReadonlySet<string> {
  return new Set([...graph.nodes.flatMap(nodeUses), ...graph.outputs.map(({ name }) => name)]);
}

/**
 * -on: makes these nodes or values the outputs of the model, in this order, and takes away what none of them needs: nodes, constants, and
 * inputs that were read before. @returns a sentence for each input that went. @throws ConfigError for names that are not there.
 */
export function cutOutputs(graph: Graph, names: readonly string[]): string[] {
  const values = new Set(names.flatMap((name) => valuesNamed(graph, name)));
  const before = readValues(graph);
  const stated = new Map(graph.outputs.map(({ name, type }) => [name, type]));
  graph.outputs = [...values].map(
    (name): GraphValue => ({ name, type: stated.get(name) ?? graph.types.get(name) ?? null }),
  );
  removeDeadCode.run(graph);
  const after = readValues(graph);
  const gone = graph.inputs.filter(({ name }) => before.has(name) && !after.has(name));
  graph.inputs = graph.inputs.filter((input) => !gone.includes(input));
  if (graph.inputs.length === 0) {
    throw new ConfigError(
      `${OPTION} leaves no input: what it names does not depend on the data; name other outputs`,
      { option: OPTION },
    );
  }
  return gone.map(({ name }) => `${OPTION}: input "${name}" removed, none of the outputs needs it`);
}
