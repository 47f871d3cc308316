/** A graph taken apart at some of its values, so that each part can be run on its own inputs. */
import { cloneGraph } from "../graph/clone.ts";
import { nodeUses, uniqueName, valueNames } from "../graph/edit.ts";
import type { Graph } from "../graph/graph.ts";
import { removeDeadCode } from "../passes/remove-dead-code.ts";

export interface Decoupled {
  readonly graph: Graph;
  /** Value → the output that holds what its node makes of what is fed. */
  readonly made: ReadonlyMap<string, string>;
}

/**
 * The graph with every value of `cuts` as an input, read by whoever reads it now; what its node makes goes by another name. The outputs are what is
 * made of `wanted`; nodes that do nothing for these go.
 */
export function decoupled(source: Graph, cuts: readonly string[], wanted: readonly string[]): Decoupled {
  const graph = cloneGraph(source);
  const taken = valueNames(graph);
  const made = new Map<string, string>();
  const isCut = new Set(cuts);
  for (const node of graph.nodes)
    node.outputs = node.outputs.map((name) => {
      if (!isCut.has(name)) return name;
      made.set(name, uniqueName(taken, `${name}/own`));
      return made.get(name)!;
    });
  const typeOf = (name: string) => source.types.get(name) ?? null;
  const inputs = new Map(graph.inputs.map((input) => [input.name, input]));
  for (const name of cuts) inputs.set(name, { name, type: typeOf(name) });
  graph.outputs = wanted.flatMap((name) => {
    const output = made.get(name);
    return output === undefined ? [] : [{ name: output, type: typeOf(name) }];
  });
  removeDeadCode.run(graph);
  const read = new Set(graph.nodes.flatMap(nodeUses));
  graph.inputs = [...inputs.values()].filter(({ name }) => read.has(name));
  return { graph, made };
}
