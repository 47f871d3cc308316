import type { Ranges } from "../calibrate/ranges.ts";
import { attr } from "../graph/attributes.ts";
import { nodeUses } from "../graph/edit.ts";
import type { Attribute, Graph, GraphValue, Node } from "../graph/graph.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { opRecord } from "../ops/index.ts";
import type { Attributes } from "../ops/record.ts";
import { decodedHeads } from "../plan/decoded-heads.ts";
import type { NodePlan, QuantPlan } from "../plan/plan.ts";
import { settleJoins } from "../plan/unlike-joins.ts";
import { DTYPE_CODES } from "../tensor/dtype.ts";
import { type LoweringRun, NodeLowering } from "./lowering.ts";
import type { Meaning, OutputForm, QuantizedGraph, QuantizedLayer, ScaleEntry } from "./quantized.ts";
import { borderScales, chooseScales } from "./thresholds.ts";
import { Values } from "./values.ts";
import { GraphWriter } from "./writer.ts";

export interface QuantizeOptions {
  /** Share of |x| the percentile observer keeps, for instance 0.99999. */
  readonly percent: number;
  /** Write real numbers at the outputs (DequantizeLinear) instead of integers held as float32. */
  readonly outputDequant: boolean;
  readonly kernels: Kernels;
}

/**
 * ONNX Runtime makes its own QLinearAveragePool of a float one between a dequantize and a quantize, hands it all attributes, and then refuses `dilations`,
 * which that op does not have. Ones, the default, are left out.
 */
function writtenAttrs({ op, attrs }: Node): Attributes {
  const isDefault = ([name, value]: [string, Attribute]) =>
    op === "AveragePool" &&
    name === "dilations" &&
    value.kind === "ints" &&
    value.value.every((d) => d === 1);
  return Object.fromEntries([...attrs].filter((entry) => !isDefault(entry)));
}

/** A float op between a dequantize and a quantize; what its subgraphs capture keeps its name (Values.isCaptured). */
function writeFloat(plan: Extract<NodePlan, { kind: "float" }>, values: Values): void {
  const { node } = plan;
  const renamed = new Map(nodeUses(node).map((name) => [name, name === "" ? "" : values.float(name)]));
  values.writer.node({
    ...node,
    inputs: node.inputs.map((name) => renamed.get(name) ?? name),
    attrs: writtenAttrs(node),
  });
}

/** The input with the type of -qid. */
function writtenInput(input: GraphValue, plan: QuantPlan): GraphValue {
  const dtype = plan.inputTypes?.get(input.name);
  return dtype ? { ...input, type: { dims: input.type?.dims ?? null, dtype } } : input;
}

function writeOutput(name: string, graph: Graph, values: Values, dequantize: boolean): OutputForm {
  const type = values.writer.graph.types.get(name) ?? graph.types.get(name) ?? null;
  values.writer.graph.outputs.push({ name, type });
  if (graph.initializers.has(name)) values.float(name);
  const made = values.plan.nodes.some((node) => node.kind === "integer" && node.outputs.includes(name));
  if (!made || !values.isQuantized(name)) return type?.dtype === "float32" ? "real" : "other";
  if (values.isCaptured(name)) {
    values.float(name);
    return "real";
  }
  if (dequantize) {
    values.dequantizeInto(name, name);
    return "real";
  }
  const form = values.integers(name);
  values.writer.helper("Cast", `${name}/Cast`, {
    inputs: [form.name],
    output: name,
    attrs: { to: attr.int(DTYPE_CODES.float32) },
  });
  return "integer";
}

function layersOf(plan: QuantPlan, values: Values): QuantizedLayer[] {
  const layers: QuantizedLayer[] = [];
  for (const node of plan.nodes) {
    if (node.kind !== "integer") continue;
    for (const value of node.outputs) {
      if (values.isQuantized(value)) layers.push({ plan: node, value, integers: values.integers(value) });
    }
  }
  return layers;
}

function meaningOf(values: Values, { weights, borders }: LoweringRun): Meaning {
  const quantized = [...values.plan.values.keys()].filter((value) => values.isQuantized(value));
  return {
    values: new Map(quantized.map((value) => [value, values.integers(value)])),
    borders,
    weights,
    constants: values.constants,
  };
}

/** Scales by the tensor names of the written model, sorted; integer outputs under their own names as well. */
function scaleEntries(graph: Graph, values: Values): Map<string, ScaleEntry> {
  const entries: [string, ScaleEntry][] = [];
  for (const value of values.plan.values.keys()) {
    const fed = values.fedIntegers(value);
    if (fed) entries.push([value, { scale: 1, bits: fed.type.bits, threshold: fed.type.qmax }]);
    if (!values.isQuantized(value)) continue;
    const { name, scale, type } = values.integers(value);
    const entry = { scale, bits: type.bits, threshold: scale * type.qmax };
    entries.push([name, entry]);
    if (name !== value && graph.outputs.some((output) => output.name === value)) entries.push([value, entry]);
  }
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The written graph with its inputs; names of float values are taken. */
function startGraph(graph: Graph, plan: QuantPlan): GraphWriter {
  const reserved = new Set([
    ...graph.types.keys(),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
  const writer = new GraphWriter(graph.name, reserved);
  writer.graph.inputs.push(...graph.inputs.map((input) => writtenInput(input, plan)));
  for (const { name, type } of writer.graph.inputs) if (plan.inputTypes?.has(name)) writer.type(name, type!);
  return writer;
}

/**
 * Turns plan and ranges into integers: weights, biases, multipliers, shifts, tables.
 * @throws HardwareRangeError when a factor does not fit the chip's multiplier and shift; DataError when a value was never observed.
 */
export function quantize(
  graph: Graph,
  before: QuantPlan,
  ranges: Ranges,
  options: QuantizeOptions,
): QuantizedGraph {
  const { kernels } = options;
  const chosen = chooseScales(before, ranges, options);
  const { plan, warnings } = settleJoins(before, graph, chosen);
  const writer = startGraph(graph, plan);
  const values = new Values(plan, graph, writer, chosen);
  const run: LoweringRun = {
    values,
    borderScale: borderScales(plan, ranges, chosen, options),
    kernels,
    warnings: [...warnings, ...decodedHeads(plan, graph)],
    weights: new Map(),
    borders: new Map(),
  };
  for (const node of plan.nodes) {
    if (node.kind === "integer") opRecord(node.node.op, node.node.domain)!.lower(new NodeLowering(node, run));
    else if (node.kind === "float") writeFloat(node, values);
  }
  const outputs = new Map(
    graph.outputs.map(({ name }) => [name, writeOutput(name, graph, values, options.outputDequant)]),
  );
  return {
    graph: writer.graph,
    plan,
    scales: scaleEntries(graph, values),
    outputs,
    layers: layersOf(plan, values),
    meaning: meaningOf(values, run),
    warnings: run.warnings,
  };
}
