import type { Attribute, Model } from "../../core-ts/graph/graph.ts";
import type { Tensor } from "../../core-ts/tensor/tensor.ts";
import { graph, model, node, value } from "./build-model.ts";

/** [outputs, op, inputs, attributes]: one node; names are separated by blanks, "_" is an absent input. */
export type NodeText = readonly [string, string, string, Readonly<Record<string, Attribute>>?];

export interface ModelText {
  /** Shapes of float32 inputs; a string is a symbol. */
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly constants?: Readonly<Record<string, Tensor>>;
  /** Each node is named after its first output, with "node_" before. */
  readonly nodes: readonly NodeText[];
  readonly outputs: string;
}

/** A model from short text. */
export function buildModel(text: ModelText): Model {
  const nodes = text.nodes.map(([outputs, op, inputs, attrs]) => {
    const made = node(`${op} ${inputs} -> ${outputs}`.replace(/ +/g, " "), attrs);
    return { ...made, name: `node_${made.name}` };
  });
  const inputs = Object.entries(text.inputs).map(([name, dims]) => value(name, dims));
  const outputs = text.outputs.split(" ").map((name) => value(name));
  return model(graph({ inputs, outputs, nodes, constants: text.constants ?? {} }));
}
