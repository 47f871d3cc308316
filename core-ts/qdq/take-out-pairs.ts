/**
 * x → QuantizeLinear → DequantizeLinear → readers   →   x → readers, with the grid remembered.
 * Where the grid has no negative numbers and x may have, the pair was a Relu as well (quantizers drop the Relu in front of such a pair): x → Relu.
 * Conditions: scale and zero point are constant and the same at both nodes. What stands behind an unpaired QuantizeLinear stays as it is. Integers
 * behind a lone DequantizeLinear are weights, biases or constants: their scales are remembered, and the nodes stay for specialisation to fold.
 */
import { GraphIndex, replaceUses } from "../graph/edit.ts";
import type { Graph, Node } from "../graph/graph.ts";
import { opRecord } from "../ops/index.ts";
import { planView } from "../plan/view.ts";
import { toNumbers } from "../tensor/tensor.ts";
import { gridOf, wider } from "./grid.ts";
import type { Grid, KnownQuantization } from "./known.ts";
import { constantScales, isDequantize, isQuantize, weightsOf } from "./quantized-constants.ts";

/** Relu, or a Clip that lets nothing negative through. */
function cutsNegative(node: Node, graph: Graph): boolean {
  if (node.domain !== "") return false;
  if (node.op === "Relu") return true;
  const lower = graph.initializers.get(node.inputs[1] ?? "");
  return node.op === "Clip" && lower !== undefined && (toNumbers(lower)[0] ?? -1) >= 0;
}

/** A graph whose pairs are being taken out, and the grids of those that are gone. */
interface Taking {
  readonly graph: Graph;
  readonly grids: Map<string, Grid>;
}

/** Whether an op may make negative numbers that a Relu behind it would cut off; an op that carries no activation only moves others' numbers. */
function mayBeNegative(producer: Node | undefined, { graph, grids }: Taking): boolean {
  const record = producer && opRecord(producer.op, producer.domain);
  if (!record?.absorbsActivation) return false;
  const signs = record.operands(producer!).map((i) => {
    const value = producer!.inputs[i]!;
    const constant = graph.initializers.get(value);
    return constant ? toNumbers(constant).every((v) => v >= 0) : (grids.get(value)?.low ?? -1) >= 0;
  });
  return record.nonNegative?.(producer!, planView(graph, 8), signs) !== true;
}

/** Whether the pair cuts off negative numbers that no reader cuts off itself. */
function isRelu(grid: Grid, from: string, to: string, taking: Taking): boolean {
  if (grid.low < 0) return false;
  const index = new GraphIndex(taking.graph);
  if (!mayBeNegative(index.producer(from), taking)) return false;
  const readers = index.consumers(to);
  const areCut = readers.length > 0 && readers.every((node) => cutsNegative(node, taking.graph));
  return index.isOutput(to) || !areCut;
}

function becomes(op: "Relu" | "Identity", dequantize: Node, from: string): void {
  dequantize.op = op;
  dequantize.domain = "";
  dequantize.inputs = [from];
  dequantize.attrs = new Map();
}

/** Lets the producer of `from` make the model output `to` itself; false when there is none, or `from` is an output too. */
function takeOver(graph: Graph, from: string, to: string): boolean {
  const producer = graph.nodes.find((node) => node.outputs.includes(from));
  if (!producer || graph.outputs.some(({ name }) => name === from)) return false;
  producer.outputs = producer.outputs.map((name) => (name === from ? to : name));
  replaceUses(graph, from, to);
  return true;
}

/** Takes one DequantizeLinear away; gives the name of the value that was on its grid. */
function bypass(from: string, dequantize: Node, grid: Grid, taking: Taking): string {
  const { graph } = taking;
  const to = dequantize.outputs[0]!;
  if (isRelu(grid, from, to, taking)) {
    becomes("Relu", dequantize, from);
    return to;
  }
  if (graph.outputs.some(({ name }) => name === to)) {
    if (!takeOver(graph, from, to)) {
      becomes("Identity", dequantize, from);
      return from;
    }
    graph.nodes.splice(graph.nodes.indexOf(dequantize), 1);
    return to;
  }
  graph.nodes.splice(graph.nodes.indexOf(dequantize), 1);
  replaceUses(graph, to, from);
  return from;
}

function takeOut(graph: Graph): Map<string, Grid> {
  const grids = new Map<string, Grid>();
  /** Values whose pair became a Relu: all other readers behind a pair read that one. */
  const relus = new Map<string, string>();
  const quantizers = new Map(graph.nodes.filter(isQuantize).map((node) => [node.outputs[0]!, node]));
  for (const dequantize of graph.nodes.filter(isDequantize)) {
    const quantize = quantizers.get(dequantize.inputs[0]!);
    if (!quantize || graph.initializers.has(quantize.inputs[0]!)) continue;
    const [grid, same] = [gridOf(quantize, graph), gridOf(dequantize, graph)];
    if (!grid || !same || grid.scale !== same.scale || grid.low !== same.low) continue;
    const raw = quantize.inputs[0]!;
    const from = relus.get(raw) ?? raw;
    const name = bypass(from, dequantize, grid, { graph, grids });
    if (dequantize.op === "Relu") relus.set(raw, name);
    grids.set(name, wider(grids.get(from), grid));
  }
  return grids;
}

/** QuantizeLinear nodes that no DequantizeLinear reads any more. */
function dropUnread(graph: Graph): void {
  const index = new GraphIndex(graph);
  const isRead = (name: string) => index.isOutput(name) || index.consumers(name).length > 0;
  graph.nodes = graph.nodes.filter((node) => !isQuantize(node) || isRead(node.outputs[0]!));
}

/**
 * Turns a QDQ model into the float model it stands for, in place, and says what its nodes knew; undefined for a model without any.
 * The graph is canonical (constants are initializers), and not specialised yet.
 */
export function takeOutPairs(graph: Graph): KnownQuantization | undefined {
  if (!graph.nodes.some(isDequantize)) return undefined;
  const weights = weightsOf(graph);
  const constants = constantScales(graph);
  const values = takeOut(graph);
  dropUnread(graph);
  return values.size + weights.size + constants.size > 0 ? { values, weights, constants } : undefined;
}
