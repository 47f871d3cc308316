import { inputIntType } from "../edges/input-types.ts";
import { InternalError } from "../errors.ts";
import { intsAttr } from "../graph/attributes.ts";
import { nodeCaptures, nodeUses } from "../graph/edit.ts";
import type { Graph, Node } from "../graph/graph.ts";
import type { IntValue } from "../ops/record.ts";
import { integerTensor } from "../ops/table.ts";
import type { QuantizedGraph } from "../quantize/quantized.ts";
import { type IntType, intType } from "../quantize/scale.ts";
import { GraphWriter } from "../quantize/writer.ts";
import { float32Scalar } from "../tensor/tensor.ts";

/** A value behind its QuantizeLinear and behind its DequantizeLinear. */
interface Pair {
  readonly integers: IntValue;
  readonly real: string;
}

/** Names of values of the QDQ graph: raw (what a float op computes), quantized, dequantized (what integer ops read). */
export class QdqValues {
  readonly writer: GraphWriter;
  readonly #made: ReadonlySet<string>;
  /** Values whose own name must hold what is behind the pair: outputs of the model, and what subgraphs read by name. */
  readonly #visible: ReadonlySet<string>;
  readonly #pairs = new Map<string, Pair>();
  readonly #raw = new Map<string, string>();

  constructor(
    readonly source: Graph,
    readonly quantized: QuantizedGraph,
  ) {
    const { nodes } = source;
    this.writer = new GraphWriter(source.name, [
      ...source.inputs.map(({ name }) => name),
      ...source.initializers.keys(),
      ...nodes.flatMap((node) => [...node.outputs, ...nodeUses(node)]),
    ]);
    this.writer.graph.inputs.push(...quantized.graph.inputs);
    for (const [name, type] of source.types) this.writer.type(name, type);
    this.#made = new Set(
      quantized.plan.nodes.flatMap((entry) => (entry.kind === "integer" ? entry.outputs : [])),
    );
    this.#visible = new Set([...source.outputs.map(({ name }) => name), ...nodes.flatMap(nodeCaptures)]);
  }

  isQuantized(value: string): boolean {
    return this.quantized.meaning.values.has(value);
  }

  #fresh(wanted: string, like: string): string {
    const name = this.writer.freshValue(wanted);
    const dims = this.source.types.get(like)?.dims ?? null;
    this.writer.type(name, { dtype: "float32", dims });
    return name;
  }

  /** Under which name the op that makes the value writes it. */
  readonly raw = (value: string): string => {
    if (value === "" || !this.#made.has(value) || !this.isQuantized(value)) return value;
    if (!this.#visible.has(value)) return value;
    const known = this.#raw.get(value) ?? this.#fresh(`${value}_float`, value);
    this.#raw.set(value, known);
    return known;
  };

  /** Integers fed to the model, as real numbers: their scale is 1. */
  #fed(value: string): string | undefined {
    const type = this.quantized.plan.inputTypes?.get(value);
    if (!type) return undefined;
    const known = this.#raw.get(value);
    if (known !== undefined) return known;
    const name = this.#fresh(`${value}_real`, value);
    this.#raw.set(value, name);
    const parameters = [
      this.writer.constant(`${value}_unit`, float32Scalar(1)),
      this.writer.constant(`${value}_zero`, integerTensor(inputIntType(type), [], [0])),
    ];
    this.#dequantize(value, parameters, value, name);
    return name;
  }

  #parameters(form: IntValue, base: string): readonly string[] {
    const { type, zeroPoint } = this.#stored(form);
    return [
      this.writer.constant(`${base}_scale`, float32Scalar(form.scale)),
      this.writer.constant(`${base}_zero_point`, integerTensor(type, [], [zeroPoint])),
    ];
  }

  /**
   * How integers of this type are stored. A chip that has uint8 gets uint8 throughout, signed values with zero point 128: ONNX Runtime has no
   * kernels for int8 in and uint8 out. Elsewhere int8 with zero point 0, which TensorRT needs.
   */
  #stored({ type }: IntValue): { type: IntType; zeroPoint: number } {
    const isShifted = this.quantized.plan.chip.unsignedActivations && type.bits === 8 && type.signed;
    return isShifted ? { type: intType(8, false), zeroPoint: -type.qmin } : { type, zeroPoint: 0 };
  }

  #dequantize(from: string, parameters: readonly string[], base: string, output: string): void {
    const inputs = [from, ...parameters];
    this.writer.helper("DequantizeLinear", `${base}/DequantizeLinear`, { inputs, output });
  }

  #pair(value: string, from: string, form: IntValue, real: string): Pair {
    const name = this.writer.freshValue(`${value}_quantized`);
    const { dtype } = this.#stored(form).type;
    this.writer.type(name, { dtype, dims: this.source.types.get(value)?.dims ?? null });
    const parameters = this.#parameters(form, value);
    const inputs = [from, ...parameters];
    this.writer.helper("QuantizeLinear", `${value}/QuantizeLinear`, { inputs, output: name });
    this.#dequantize(name, parameters, value, real);
    const pair = { integers: { ...form, name }, real };
    this.#pairs.set(value, pair);
    return pair;
  }

  #form(value: string): IntValue {
    const form = this.quantized.meaning.values.get(value);
    if (!form) throw new InternalError(`"${value}" is not quantized`, { value });
    return form;
  }

  #dequantizedName(value: string): string {
    return this.#fresh(`${value}_dequantized`, value);
  }

  /** The pair behind an op that has just been written. */
  pairBehind(value: string): void {
    const real = this.#visible.has(value) ? value : this.#dequantizedName(value);
    this.#pair(value, this.raw(value), this.#form(value), real);
  }

  /** A pair on `value`, which stands between an op and the activation it carries, on the grid of the activation's result. */
  pairBetween(value: string, result: string): string {
    return this.#pair(value, value, this.#form(result), this.#dequantizedName(value)).real;
  }

  /** A second pair on a value that a node of another width reads, at that width. */
  pairAt(wanted: string, value: string, form: IntValue): string {
    return this.#pair(wanted, this.pairOf(value), form, this.#fresh(`${wanted}_dequantized`, value)).real;
  }

  /** What integer ops read: the value behind its pair, which is written now if the value comes from a float op or is an input. */
  pairOf(value: string): string {
    return this.#anyPair(value).real;
  }

  #anyPair(value: string): Pair {
    const known = this.#pairs.get(value);
    if (known) return known;
    const form = this.#form(value);
    const fed = this.#fed(value);
    if (fed === undefined || form.name !== value)
      return this.#pair(value, fed ?? value, form, this.#dequantizedName(value));
    const pair = { integers: form, real: fed };
    this.#pairs.set(value, pair);
    return pair;
  }

  /** The value before its pair. */
  unpaired(value: string): string {
    return this.#fed(value) ?? this.raw(value);
  }

  /** A layer's result as real numbers on its grid. */
  layer(value: string): IntValue {
    const { integers, real } = this.#anyPair(value);
    return { ...integers, name: real };
  }

  /** What float ops read; a constant is copied. */
  float(value: string): string {
    if (value === "") return value;
    const constant = this.source.initializers.get(value);
    if (constant) this.writer.keepConstant(value, constant);
    if (constant) return value;
    const isMade = this.#made.has(value) && this.isQuantized(value);
    return isMade ? this.pairOf(value) : (this.#fed(value) ?? value);
  }

  /** The node with other names; without dilations of 1, which stand for nothing and hinder ONNX Runtime at an AveragePool. */
  copy(node: Node, inputs: readonly string[], outputs: readonly string[]): void {
    const attrs = new Map(node.attrs);
    if (intsAttr(node, "dilations", []).every((step) => step === 1)) attrs.delete("dilations");
    this.writer.node({ ...node, inputs, outputs, attrs: Object.fromEntries(attrs) });
  }

  /** A node that stays float; what its subgraphs read keeps its name. */
  copyFloat(node: Node): void {
    for (const name of nodeUses(node)) this.float(name);
    this.copy(
      node,
      node.inputs.map((name) => this.float(name)),
      node.outputs,
    );
  }

  /** Integers of every pair. */
  written(): IntValue[] {
    return [...this.#pairs.values()].map(({ integers }) => integers);
  }
}
