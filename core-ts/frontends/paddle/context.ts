import { ModelError } from "../../errors.ts";
import { attr } from "../../graph/attributes.ts";
import type { Attribute } from "../../graph/graph.ts";
import { DTYPE_CODES, type DType } from "../../tensor/dtype.ts";
import { float32Scalar, type Tensor, tensor, toNumbers } from "../../tensor/tensor.ts";
import type { GraphBuilder } from "../graph-builder.ts";
import type { AttributeValue, Op } from "./program.ts";
import { Refused } from "./refused.ts";
import type { Scope } from "./scope.ts";

/** A variable while the graph is built: its ONNX value, its shape (-1 where open) and its type. */
export interface Operand {
  readonly value: string;
  readonly dims: readonly number[];
  readonly dtype: DType;
}

type Attributes = Readonly<Record<string, Attribute>>;

/** What an op's conversion sees of its op, and how it adds to the graph. */
export class OpContext {
  constructor(
    readonly op: Op,
    readonly graph: GraphBuilder,
    readonly scope: Scope,
  ) {}

  /** @param what in words, for instance `pool2d with an unknown size`. */
  refuse(what: string): never {
    throw new Refused(`${this.op.type} with ${what}`);
  }

  broken(what: string): ModelError {
    return new ModelError(`op ${this.op.type} (${this.label}) of ${this.scope.file} ${what}`, {
      node: this.label,
      file: this.scope.file,
    });
  }

  /** The name of the first output, by which an op is known to users. */
  get label(): string {
    return [...this.op.outputs.values()].flat()[0] ?? this.op.type;
  }

  inputs(slot: string): Operand[] {
    return (this.op.inputs.get(slot) ?? []).map((name) => this.scope.operand(name));
  }

  optional(slot: string): Operand | undefined {
    return this.inputs(slot)[0];
  }

  input(slot: string): Operand {
    const found = this.optional(slot);
    if (found) return found;
    throw this.broken(`lacks its input ${slot}; export the model again`);
  }

  /** A raw attribute; a missing one, or an empty list where a number is expected, is undefined. */
  attribute(name: string): AttributeValue | undefined {
    return this.op.attrs.get(name);
  }

  #wrong(name: string, found: AttributeValue, expected: string): ModelError {
    return this.broken(`has attribute ${name} = ${JSON.stringify(found)}, expected ${expected}`);
  }

  number(name: string, fallback: number): number {
    const found = this.attribute(name) ?? fallback;
    if (typeof found === "number" || typeof found === "boolean") return Number(found);
    if (typeof found === "object" && found.length === 1) return Number(found[0]);
    throw this.#wrong(name, found, "a number");
  }

  flag(name: string, fallback: boolean): boolean {
    return this.number(name, Number(fallback)) !== 0;
  }

  text(name: string, fallback: string): string {
    const found = this.attribute(name) ?? fallback;
    if (typeof found === "string") return found;
    throw this.#wrong(name, found, "text");
  }

  numbers(name: string, fallback: readonly number[] = []): readonly number[] {
    const found = this.attribute(name) ?? fallback;
    if (typeof found === "number" || typeof found === "boolean") return [Number(found)];
    if (typeof found !== "string" && found.every((one) => typeof one === "number")) {
      return found as readonly number[];
    }
    throw this.#wrong(name, found, "numbers");
  }

  /** An axis counted from the front. @param last how far behind the last axis it may lie. */
  axis(given: number, { dims }: Operand, last = 0): number {
    const rank = dims.length + last;
    const axis = given < 0 ? given + rank : given;
    if (axis >= 0 && axis < Math.max(rank, 1)) return axis;
    throw this.broken(`has axis ${given}, and its input has ${dims.length}`);
  }

  /** A name for a value inside of the op. */
  inner(what: string): string {
    return `${this.label}:${what}`;
  }

  /** A node whose value stays inside of the op. */
  step(op: string, inputs: readonly string[], what: string, attrs: Attributes = {}): string {
    return this.graph.node(op, inputs, this.inner(what), attrs);
  }

  /** A node that makes an output. */
  emit(op: string, inputs: readonly string[], attrs: Attributes = {}, slot = "Out", i = 0) {
    const name = this.outputName(slot, i);
    this.scope.bind(name, this.graph.node(op, inputs, name, attrs));
  }

  outputName(slot: string, i = 0): string {
    const found = this.op.outputs.get(slot)?.[i];
    if (found !== undefined) return found;
    throw this.broken(`lacks its output ${slot}; export the model again`);
  }

  outputNames(slot: string): readonly string[] {
    return this.op.outputs.get(slot) ?? [];
  }

  /** What the program says of an output. */
  output(slot = "Out", i = 0): { readonly dims: readonly number[]; readonly dtype: DType } {
    return this.scope.declared(this.outputName(slot, i));
  }

  /** Whether something reads an output. */
  isUsed(slot: string): boolean {
    return this.outputNames(slot).some((name) => this.scope.isRead(name));
  }

  /** An output that is a value which exists. */
  bind(value: string, slot = "Out", i = 0) {
    this.scope.bind(this.outputName(slot, i), value);
  }

  /** An output whose value has `rank` axes: programs before scalars existed mean [1] by what newer ones mean by []. */
  settle(value: string, rank: number, slot = "Out", i = 0) {
    const wanted = this.output(slot, i).dims.length;
    const differs = wanted !== rank && wanted + rank === 1;
    if (differs)
      return this.emit("Reshape", [value, this.ints("rank", wanted === 0 ? [] : [1])], {}, slot, i);
    this.emit("Identity", [value], {}, slot, i);
  }

  constant(what: string, value: Tensor): string {
    return this.graph.constant(this.inner(what), value);
  }

  /** A scalar of an operand's type. */
  scalar(what: string, value: number, dtype: DType = "float32"): string {
    switch (dtype) {
      case "int64":
        return this.constant(what, tensor("int64", [], BigInt64Array.of(BigInt(Math.trunc(value)))));
      case "int32":
        return this.constant(what, tensor("int32", [], Int32Array.of(value)));
      case "float64":
        return this.constant(what, tensor("float64", [], Float64Array.of(value)));
      case "bool":
        return this.constant(what, tensor("bool", [], Uint8Array.of(value === 0 ? 0 : 1)));
      case "float32":
        return this.constant(what, float32Scalar(value));
      default:
        return this.cast(this.constant(what, float32Scalar(value)), dtype, `${what}Cast`);
    }
  }

  floats(what: string, values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.constant(what, tensor("float32", dims, Float32Array.from(values)));
  }

  ints(what: string, values: readonly number[]): string {
    return this.graph.int64s(this.inner(what), values);
  }

  cast(value: string, to: DType, what: string): string {
    return this.step("Cast", [value], what, { to: attr.int(DTYPE_CODES[to]) });
  }

  as(operand: Operand, dtype: DType, what: string): string {
    return operand.dtype === dtype ? operand.value : this.cast(operand.value, dtype, what);
  }

  /** The numbers of a constant; undefined for what is computed. */
  numbersOf({ value }: Operand): number[] | undefined {
    const found = this.graph.constantOf(value);
    return found && toNumbers(found);
  }

  /** A tensor, or several of one element each, as one int64 vector. */
  vector(operands: readonly Operand[], what: string): string {
    const parts = operands.map((operand, i) => {
      const known = this.numbersOf(operand);
      if (known) return this.ints(`${what}${i}`, known);
      const whole = this.as(operand, "int64", `${what}Int${i}`);
      return operand.dims.length === 1
        ? whole
        : this.step("Reshape", [whole, this.ints("flat", [-1])], `${what}${i}`);
    });
    if (parts.length === 1) return parts[0]!;
    return this.step("Concat", parts, what, { axis: attr.int(0) });
  }

  /**
   * Numbers that are an attribute, one tensor, or a list of scalars: the first of the slots that has inputs is taken, else the attribute.
   * An array when they are known, a value otherwise.
   */
  givenBy(name: string, slots: readonly string[]): readonly number[] | string {
    const operands = slots.map((slot) => this.inputs(slot)).find((list) => list.length > 0);
    if (!operands) return this.numbers(name);
    const known = operands.map((operand) => this.numbersOf(operand));
    if (known.every((one) => one !== undefined)) return known.flat();
    return this.vector(operands, name);
  }

  /** As givenBy, for an input that must not be computed. */
  knownBy(name: string, slots: readonly string[]): readonly number[] {
    const found = this.givenBy(name, slots);
    return typeof found === "string" ? this.refuse(`a computed ${name}`) : found;
  }

  asValue(given: readonly number[] | string, what: string): string {
    return typeof given === "string" ? given : this.ints(what, given);
  }

  transposed(value: string, order: readonly number[], what: string): string {
    return this.step("Transpose", [value], what, { perm: attr.ints(order) });
  }

  reshaped(value: string, dims: readonly number[], what: string): string {
    return this.step("Reshape", [value, this.ints(`${what}Shape`, dims)], what);
  }
}

/** Adds an op to the graph and binds its outputs. */
export type Convert = (ctx: OpContext) => void;
