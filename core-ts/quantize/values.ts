import { inputIntType } from "../edges/input-types.ts";
import { InternalError } from "../errors.ts";
import { attr } from "../graph/attributes.ts";
import { nodeCaptures } from "../graph/edit.ts";
import type { Graph, ValueType } from "../graph/graph.ts";
import type { IntValue } from "../ops/record.ts";
import { integerTensor } from "../ops/table.ts";
import { ownPlan, type QuantPlan, scaleOwner } from "../plan/plan.ts";
import { DTYPE_CODES } from "../tensor/dtype.ts";
import { float32Scalar, tensor } from "../tensor/tensor.ts";
import { activationScale, chooseMultiplier, type IntType, intType, quantizeValue } from "./scale.ts";
import type { ChosenScale } from "./thresholds.ts";
import { weightMax } from "./weights.ts";
import type { GraphWriter } from "./writer.ts";

/** Names and forms of values on both sides of the border between float and integer. */
export class Values {
  readonly #made: ReadonlySet<string>;
  readonly #outputs: ReadonlySet<string>;
  readonly #captured: ReadonlySet<string>;
  readonly #quantized = new Map<string, IntValue>();
  readonly #dequantized = new Map<string, string>();
  readonly #constants = new Map<string, IntValue>();

  constructor(
    readonly plan: QuantPlan,
    readonly source: Graph,
    readonly writer: GraphWriter,
    readonly chosen: ReadonlyMap<string, ChosenScale>,
  ) {
    this.#made = new Set(plan.nodes.flatMap((node) => (node.kind === "integer" ? node.outputs : [])));
    this.#outputs = new Set(source.outputs.map(({ name }) => name));
    this.#captured = new Set(source.nodes.flatMap(nodeCaptures));
  }

  /** Constants that became integers, by "name/bits". */
  get constants(): ReadonlyMap<string, IntValue> {
    return this.#constants;
  }

  /** Whether a subgraph reads the value by name, so that this name must go on holding its real numbers. */
  isCaptured(value: string): boolean {
    return this.#captured.has(value);
  }

  isQuantized(value: string): boolean {
    return scaleOwner(this.plan, value) !== undefined;
  }

  /** The integers of a value; quantizes it at the border when a float op or the model's input makes it. */
  integers(value: string): IntValue {
    const known = this.#quantized.get(value);
    if (known) return known;
    const own = ownPlan(this.plan, value);
    const chosen = this.chosen.get(scaleOwner(this.plan, value) ?? "");
    if (!own || !chosen) throw new InternalError(`"${value}" is not quantized`, { value });
    const border = !this.#made.has(value);
    const fed = this.fedIntegers(value);
    const nameIsTaken = border || this.#outputs.has(value) || this.isCaptured(value);
    const type = intType(own.bits, own.signed);
    const asFed = fed?.scale === chosen.scale && fed.type.dtype === type.dtype;
    const name = nameIsTaken && !asFed ? this.writer.freshValue(`${value}_quantized`) : value;
    const result: IntValue = { name, type, scale: chosen.scale };
    this.#quantized.set(value, result);
    this.#declare(name, value, result.type);
    if (fed && !asFed) this.#requantizeInto(fed, result, { base: value, node: value });
    else if (border && !fed) this.#quantize(value, result);
    return result;
  }

  /** What the user feeds, for a model input that takes integers as they are. */
  fedIntegers(value: string): IntValue | undefined {
    const type = this.plan.inputTypes?.get(value);
    return type && { name: value, type: inputIntType(type), scale: 1 };
  }

  #declare(name: string, value: string, type: IntType): void {
    this.writer.type(name, { dtype: type.dtype, dims: this.source.types.get(value)?.dims ?? null });
  }

  #edge(value: string, form: IntValue): string[] {
    const scale = this.writer.constant(`${value}_scale`, float32Scalar(form.scale));
    return [scale, this.writer.constant(`${value}_zero_point`, integerTensor(form.type, [], [0]))];
  }

  #quantize(value: string, form: IntValue): void {
    const inputs = [this.float(value), ...this.#edge(value, form)];
    this.writer.helper("QuantizeLinear", `${value}/QuantizeLinear`, { inputs, output: form.name });
  }

  /** Writes the real numbers of a quantized value into `output`. */
  dequantizeInto(value: string, output: string): void {
    const form = this.integers(value);
    this.writer.helper("DequantizeLinear", `${value}/DequantizeLinear`, {
      inputs: [form.name, ...this.#edge(value, form)],
      output,
    });
  }

  /** The name under which float ops read a value; dequantizes what integer ops made. */
  float(value: string): string {
    const constant = this.source.initializers.get(value);
    if (constant) this.writer.keepConstant(value, constant);
    if (this.fedIntegers(value)) return this.#realInput(value);
    if (constant || !this.#made.has(value) || !this.isQuantized(value)) return value;
    let name = this.#dequantized.get(value);
    if (name === undefined) {
      name = this.isCaptured(value) ? value : this.writer.freshValue(`${value}_dequantized`);
      this.#dequantized.set(value, name);
      this.dequantizeInto(value, name);
    }
    return name;
  }

  /** Integers that are fed have scale 1: their real numbers are they themselves. */
  #realInput(value: string): string {
    const known = this.#dequantized.get(value);
    if (known !== undefined) return known;
    const name = this.writer.freshValue(`${value}_real`);
    this.#dequantized.set(value, name);
    const attrs = { to: attr.int(DTYPE_CODES.float32) };
    this.writer.helper("Cast", `${value}/Cast`, { inputs: [value], output: name, attrs });
    return name;
  }

  /** Scale of a constant: the model's own where it holds every element, else by the largest; an all-zero one has scale 1. */
  #constantScale(value: string, values: Float32Array, limit: number): number {
    const largest = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    const known = this.plan.known?.constants.get(value);
    const isEnough = known !== undefined && largest / known < limit + 0.5;
    return isEnough ? known : activationScale(largest, limit);
  }

  /** A constant as integers of `bits`, signed, symmetric, narrow range, one scale. */
  constant(value: string, values: Float32Array, dims: readonly number[], bits: 8 | 16): IntValue {
    const key = `${value}/${bits}`;
    const known = this.#constants.get(key);
    if (known) return known;
    const limit = weightMax(bits);
    const scale = this.#constantScale(value, values, limit);
    const type = intType(bits, true);
    const integers = Array.from(values, (v) => quantizeValue(v, scale, { qmin: -limit, qmax: limit }));
    const result = {
      name: this.writer.constant(`${value}_quantized`, integerTensor(type, dims, integers)),
      type,
      scale,
    };
    this.#constants.set(key, result);
    return result;
  }

  /** `from` brought to another scale or type by a Requantize node named after its reader. */
  requantize(from: IntValue, to: IntValue, where: { readonly node: string; readonly role: string }): string {
    if (from.scale === to.scale && from.type.dtype === to.type.dtype) return from.name;
    const base = `${where.node}/${where.role}`;
    const output = this.writer.freshValue(`${base}_requantized`);
    this.#requantizeInto(from, { ...to, name: output }, { base, node: where.node });
    const dims: ValueType["dims"] = this.writer.graph.types.get(from.name)?.dims ?? null;
    this.writer.type(output, { dtype: to.type.dtype, dims });
    return output;
  }

  #requantizeInto(from: IntValue, to: IntValue, { base, node }: { base: string; node: string }): void {
    const { m, shift } = chooseMultiplier(from.scale / to.scale, 0, node);
    const multiplier = this.writer.constant(`${base}_multiplier`, tensor("int16", [1], Int16Array.of(m)));
    const shifts = this.writer.constant(`${base}_shift`, tensor("int8", [1], Int8Array.of(shift)));
    this.writer.helper("Requantize", `${base}_requantize`, {
      inputs: [from.name, multiplier, shifts],
      output: to.name,
      attrs: {
        qmin: attr.int(to.type.qmin),
        qmax: attr.int(to.type.qmax),
        to: attr.int(DTYPE_CODES[to.type.dtype]),
      },
    });
  }
}
