import type { Attribute, Graph, Model, Node } from "./graph.ts";

function cloneAttribute(attribute: Attribute): Attribute {
  if (attribute.kind === "graph") return { kind: "graph", value: cloneGraph(attribute.value) };
  if (attribute.kind === "graphs") return { kind: "graphs", value: attribute.value.map(cloneGraph) };
  return attribute;
}

function cloneNode(node: Node): Node {
  return {
    ...node,
    inputs: [...node.inputs],
    outputs: [...node.outputs],
    attrs: new Map([...node.attrs].map(([name, attribute]) => [name, cloneAttribute(attribute)])),
    origins: [...node.origins],
  };
}

/** A graph whose edits do not show in the original; tensors, which are immutable, are shared. */
export function cloneGraph(graph: Graph): Graph {
  return {
    name: graph.name,
    inputs: [...graph.inputs],
    outputs: [...graph.outputs],
    nodes: graph.nodes.map(cloneNode),
    initializers: new Map(graph.initializers),
    types: new Map(graph.types),
  };
}

export function cloneModel(model: Model): Model {
  return { ...model, graph: cloneGraph(model.graph) };
}
