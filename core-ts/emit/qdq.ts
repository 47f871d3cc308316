/**
 * The plan as a plain QDQ model (spec/fixed-point-ir.md, section 4): the float graph, with QuantizeLinear → DequantizeLinear behind everything
 * an integer op makes and before everything it reads, weights as integers behind a DequantizeLinear per channel, biases as int32 on s_x·s_w.
 * An activation that its producer carries gets a pair on both sides where values are int8: on one grid they change nothing (rounding and clipping are
 * monotone), and ONNX Runtime takes its integer kernel for the producer only where a QuantizeLinear follows at once, or where Relu is what uint8
 * does anyway.
 */
import type { Graph, GraphValue } from "../graph/graph.ts";
import type { IntValue } from "../ops/record.ts";
import type { NodePlan } from "../plan/plan.ts";
import type { OutputForm, QuantizedGraph, ScaleEntry } from "../quantize/quantized.ts";
import { QdqOperands } from "./qdq-operands.ts";
import { QdqValues } from "./qdq-values.ts";

type Integer = Extract<NodePlan, { kind: "integer" }>;

interface Writing {
  readonly quantized: QuantizedGraph;
  readonly values: QdqValues;
  readonly operands: QdqOperands;
}

/**
 * Whether the op in front of a carried activation gets a pair too. uint8 needs none: ONNX Runtime sees that the pair is the Relu. At 16 bit it
 * has no kernels to win.
 */
function needsPairBetween({ type }: IntValue): boolean {
  return type.bits === 8 && type.signed;
}

/** The node itself, its activation if it carries one, and the pairs behind them. */
function writeInteger(entry: Integer, { quantized, values, operands }: Writing): void {
  const { node } = entry;
  const inputs = operands.inputs(entry);
  const carried = quantized.plan.nodes.find(
    (other) => other.kind === "absorbed" && other.into === node.name,
  )?.node;
  if (carried) {
    values.copy(node, inputs, node.outputs);
    const [made, result] = [node.outputs[0]!, entry.outputs[0]!];
    const isBetween = needsPairBetween(quantized.meaning.values.get(result)!);
    const read = isBetween ? values.pairBetween(made, result) : made;
    const bounds = carried.inputs.slice(1).map((name) => values.float(name));
    values.copy(carried, [read, ...bounds], carried.outputs.map(values.raw));
  } else values.copy(node, inputs, node.outputs.map(values.raw));
  for (const name of entry.outputs) if (values.isQuantized(name)) values.pairBehind(name);
}

function writeOutput({ name, type }: GraphValue, source: Graph, values: QdqValues): OutputForm {
  const known = source.types.get(name) ?? type;
  values.writer.graph.outputs.push({ name, type: known });
  if (source.initializers.has(name)) values.float(name);
  return known?.dtype === "float32" ? "real" : "other";
}

function scalesOf(values: QdqValues): Map<string, ScaleEntry> {
  const entries = values.written().map(({ name, scale, type }): [string, ScaleEntry] => {
    return [name, { scale, bits: type.bits, threshold: scale * type.qmax }];
  });
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The QDQ form of a quantized graph: the same layers on the same scales. No arithmetic is done, every number is the quantizer's.
 * @param source the float graph the quantized one was made from.
 */
export function qdqForm(source: Graph, quantized: QuantizedGraph): QuantizedGraph {
  const values = new QdqValues(source, quantized);
  const writing = { quantized, values, operands: new QdqOperands(source, quantized, values) };
  for (const entry of quantized.plan.nodes) {
    if (entry.kind === "integer") writeInteger(entry, writing);
    else if (entry.kind === "float") values.copyFloat(entry.node);
  }
  const outputs = new Map(source.outputs.map((output) => [output.name, writeOutput(output, source, values)]));
  return {
    ...quantized,
    graph: values.writer.graph,
    outputs,
    scales: scalesOf(values),
    // Layers show themselves as real numbers: what stands for them is not always stored with zero point 0.
    layers: quantized.layers.map((layer) => ({
      ...layer,
      integers: values.layer(layer.value),
      isReal: true,
    })),
  };
}
