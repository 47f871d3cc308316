import { attr, intAttr, intsAttr } from "../graph/attributes.ts";
import type { Graph, Node } from "../graph/graph.ts";
import { opRecord } from "../ops/index.ts";
import { integerTensor } from "../ops/table.ts";
import type { NodePlan } from "../plan/plan.ts";
import type { DescribedWeights, QuantizedGraph } from "../quantize/quantized.ts";
import { float32Scalar, type Tensor, tensor } from "../tensor/tensor.ts";
import type { QdqValues } from "./qdq-values.ts";

type Integer = Extract<NodePlan, { kind: "integer" }>;

/** Channel axis of weights, by op; behind canonicalization a matrix is [K, N]. */
const WEIGHT_AXIS: Readonly<Record<string, number>> = { Conv: 0, ConvTranspose: 1, Gemm: 1, MatMul: 1 };

/**
 * Ops that read what stands before a pair, so that ONNX Runtime (1.30, 1.32) leaves them alone: it fuses a dilated AveragePool into an op that knows
 * no dilations, and then refuses the model; it quantizes float weights, those of a grouped ConvTranspose, to int8 on one scale.
 */
function readsUnpaired(node: Node): boolean {
  if (node.op === "AveragePool") return intsAttr(node, "dilations", []).some((step) => step !== 1);
  return node.op === "ConvTranspose" && intAttr(node, "group", 1) !== 1;
}

/** Inputs of integer nodes: activations behind their pairs, constants as integers behind a DequantizeLinear. */
export class QdqOperands {
  constructor(
    readonly source: Graph,
    readonly quantized: QuantizedGraph,
    readonly values: QdqValues,
  ) {}

  inputs(entry: Integer): string[] {
    const { node } = entry;
    const data = opRecord(node.op, node.domain)!.operands(node);
    const weights = this.quantized.meaning.weights.get(node.name);
    return node.inputs.map((name, i) => {
      if (name === "") return name;
      if (weights && i > 0) return i === 1 ? this.#weight(entry, weights) : this.#bias(entry, weights);
      if (!data.includes(i)) return this.values.float(name);
      return this.source.initializers.has(name) ? this.#constant(name, entry) : this.#activation(node, i);
    });
  }

  #activation(node: Node, i: number): string {
    const value = node.inputs[i]!;
    if (readsUnpaired(node)) return this.values.unpaired(value);
    const border = this.quantized.meaning.borders.get(`${node.name}/${i}`);
    return border ? this.values.pairAt(`${node.name}/input_${i}`, value, border) : this.values.pairOf(value);
  }

  #dequantized(value: string, integers: Tensor, parameters: readonly Tensor[], axis?: number): string {
    const { writer } = this.values;
    const [scale, zero] = parameters;
    const inputs = [
      writer.constant(`${value}_quantized`, integers),
      writer.constant(`${value}_scale`, scale!),
      writer.constant(`${value}_zero_point`, zero!),
    ];
    const output = writer.freshValue(`${value}_dequantized`);
    writer.helper("DequantizeLinear", `${value}/DequantizeLinear`, {
      inputs,
      output,
      attrs: axis === undefined ? {} : { axis: attr.int(axis) },
    });
    return output;
  }

  #integers(name: string): Tensor {
    return this.quantized.graph.initializers.get(name)!;
  }

  #weight({ node }: Integer, { weight, scales }: DescribedWeights): string {
    const axis = WEIGHT_AXIS[node.op]!;
    const integers = this.#integers(weight);
    // One scale per channel of every group: no axis of a grouped ConvTranspose's weights has them.
    if (integers.dims[axis] !== scales.length) return this.values.float(node.inputs[1]!);
    return this.#dequantized(node.inputs[1]!, integers, perChannel(scales, integers), axis);
  }

  #bias({ node }: Integer, { bias }: DescribedWeights): string {
    const integers = tensor("int32", [bias.integers.length], bias.integers);
    return this.#dequantized(node.inputs[2]!, integers, perChannel(bias.scales, integers), 0);
  }

  /** A constant whose integers the quantizer folded into something else stays float. */
  #constant(name: string, { bits }: Integer): string {
    const form = this.quantized.meaning.constants.get(`${name}/${bits}`);
    if (!form) return this.values.float(name);
    const zero = integerTensor(form.type, [], [0]);
    return this.#dequantized(name, this.#integers(form.name), [float32Scalar(form.scale), zero]);
  }
}

/** Scales and zero points, one per channel. */
function perChannel(scales: Float64Array, integers: Tensor): Tensor[] {
  const dims = [scales.length];
  const zero = {
    int8: () => tensor("int8", dims, new Int8Array(scales.length)),
    int16: () => tensor("int16", dims, new Int16Array(scales.length)),
    int32: () => tensor("int32", dims, new Int32Array(scales.length)),
  }[integers.dtype as "int8" | "int16" | "int32"];
  return [tensor("float32", dims, Float32Array.from(scales)), zero()];
}
