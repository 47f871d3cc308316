/**
 * x/√(mean(x²) + ε)·scale has no op in the standard before opset 23. Inside of this program it is SimplifiedLayerNormalization, under which name ONNX
 * Runtime's own optimizer writes it; whoever writes a model writes standard ops, so that every runtime reads it.
 */
import { float32Scalar, int64Tensor, type Tensor } from "../tensor/tensor.ts";
import { attr, floatAttr, intAttr } from "./attributes.ts";
import { uniqueName, valueNames } from "./edit.ts";
import type { Attribute, Graph, Node } from "./graph.ts";

/** Whether the node is written in standard ops: its second output has none, and one that lacks an input is left to be refused. */
const isSpelledOut = ({ op, domain, inputs, outputs }: Node): boolean =>
  op === "SimplifiedLayerNormalization" &&
  domain === "" &&
  inputs.length >= 2 &&
  outputs.slice(1).every((name) => name === "");

interface Taken {
  readonly values: Set<string>;
  readonly nodes: Set<string>;
}

/** The axes from `axis` on, counted from the end where the rank is not known. */
function rowAxes(node: Node, graph: Graph): number[] {
  const axis = intAttr(node, "axis", -1);
  const rank = graph.types.get(node.inputs[0]!)?.dims?.length;
  const from = axis >= 0 && rank !== undefined ? axis - rank : axis;
  return from < 0 ? Array.from({ length: -from }, (_, i) => from + i) : [from];
}

function spelledOut(node: Node, graph: Graph, taken: Taken): Node[] {
  const made: Node[] = [];
  const add = (op: string, inputs: string[], role: string, attrs: [string, Attribute][] = []): string => {
    const output = role === "" ? node.outputs[0]! : uniqueName(taken.values, `${node.name}/${role}`);
    const name = role === "" ? node.name : uniqueName(taken.nodes, `${node.name}/${role}`);
    made.push({ name, op, domain: "", inputs, outputs: [output], attrs: new Map(attrs), origins: [] });
    return output;
  };
  const constant = (role: string, value: Tensor): string => {
    const name = uniqueName(taken.values, `${node.name}/${role}`);
    graph.initializers.set(name, value);
    return name;
  };
  const [x, scale] = node.inputs as [string, string];
  const square = add("Mul", [x, x], "square");
  const axes = constant("axes", int64Tensor(rowAxes(node, graph)));
  const mean = add("ReduceMean", [square, axes], "mean_square", [["keepdims", attr.int(1)]]);
  const epsilon = constant("epsilon", float32Scalar(floatAttr(node, "epsilon", 1e-5)));
  const root = add("Sqrt", [add("Add", [mean, epsilon], "variance")], "root");
  add("Mul", [add("Div", [x, root], "normalized"), scale], "");
  made.at(-1)!.origins.push(...node.origins);
  return made;
}

/** The graph with RMS normalisation in standard ops: a copy, or the graph itself where there is none. */
export function withoutRmsNormalization(graph: Graph): Graph {
  if (!graph.nodes.some(isSpelledOut)) return graph;
  const whole: Graph = { ...graph, nodes: [], initializers: new Map(graph.initializers) };
  const taken = { values: valueNames(graph), nodes: new Set(graph.nodes.map(({ name }) => name)) };
  for (const node of graph.nodes)
    whole.nodes.push(...(isSpelledOut(node) ? spelledOut(node, whole, taken) : [node]));
  return whole;
}
