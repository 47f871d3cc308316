import type { Attribute } from "../../graph/graph.ts";
import { int64Tensor, type Tensor, tensor } from "../../tensor/tensor.ts";
import type { GraphBuilder } from "../graph-builder.ts";
import { type ScalarType, scalarType, scalarTypeName } from "./archive/scalar-types.ts";
import type { Environment, View } from "./environment.ts";
import type { Argument, SymbolicInt } from "./program/argument.ts";
import type { Call, Size } from "./program/program.ts";
import { filled } from "./tensors.ts";
import { type Count, Refused, Value } from "./value.ts";

type Attributes = Readonly<Record<string, Attribute>>;

/** What a call's conversion sees of its arguments, and how it adds to the graph. Arguments that nothing asks for are found out by `unread`. */
export class OpContext {
  readonly #read = new Set<string>();
  view: View | undefined;

  constructor(
    readonly call: Call,
    /** Name without namespace, overload and the underscore of ops that work in place. */
    readonly op: string,
    readonly overload: string,
    readonly env: Environment,
  ) {}

  get graph(): GraphBuilder {
    return this.env.graph;
  }

  refuse(what: string): never {
    throw new Refused(`${this.op} with ${what}`);
  }

  #argument(name: string): Argument | undefined {
    this.#read.add(name);
    const found = this.call.inputs.get(name);
    return found?.kind === "none" ? undefined : found;
  }

  #wrong(name: string, found: Argument): never {
    return this.refuse(`${name} of kind ${found.kind === "other" ? found.what : found.kind}`);
  }

  /** Arguments that were given and not read; settings of memory and device mean nothing here. */
  unread(): string[] {
    return [...this.call.inputs]
      .filter(([name, { kind }]) => !this.#read.has(name) && kind !== "none" && kind !== "setting")
      .map(([name]) => name);
  }

  /** Arguments that mean nothing to the result. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#read.add(name);
  }

  has(name: string): boolean {
    return this.call.inputs.has(name) && this.call.inputs.get(name)!.kind !== "none";
  }

  isTensor(name: string): boolean {
    return this.call.inputs.get(name)?.kind === "tensor";
  }

  optional(name: string): Value | undefined {
    const found = this.#argument(name);
    if (!found) return undefined;
    return found.kind === "tensor" ? this.env.get(found.name) : this.#wrong(name, found);
  }

  tensor(name: string): Value {
    return this.optional(name) ?? this.refuse(`no ${name}`);
  }

  optionals(name: string): (Value | undefined)[] {
    const found = this.#argument(name);
    if (found?.kind === "tensors") {
      return found.names.map((one) => (one === undefined ? undefined : this.env.get(one)));
    }
    return found ? this.#wrong(name, found) : [];
  }

  tensors(name: string): Value[] {
    return this.optionals(name).map((one) => one ?? this.refuse(`an absent tensor in ${name}`));
  }

  /** A size, which may be open. */
  count(name: string, fallback?: number): Count {
    const found = this.#argument(name);
    if (!found) return fallback ?? this.refuse(`no ${name}`);
    return found.kind === "int" ? this.env.count(found.value) : this.#wrong(name, found);
  }

  int(name: string, fallback?: number): number {
    const found = this.count(name, fallback);
    return typeof found === "number" ? found : this.refuse(`an open ${name}`);
  }

  counts(name: string, fallback: readonly number[] = []): readonly Count[] {
    const found = this.#argument(name);
    if (!found) return fallback;
    if (found.kind === "ints") return found.values.map((one: SymbolicInt) => this.env.count(one));
    return found.kind === "int" ? [this.env.count(found.value)] : this.#wrong(name, found);
  }

  ints(name: string, fallback: readonly number[] = []): number[] {
    return this.counts(name, fallback).map((one) =>
      typeof one === "number" ? one : this.refuse(`an open size in ${name}`),
    );
  }

  /** An int, a float or a truth value as a number. */
  number(name: string, fallback?: number): number {
    const found = this.#argument(name);
    if (!found) return fallback ?? this.refuse(`no ${name}`);
    if (found.kind === "float" || (found.kind === "int" && typeof found.value === "number")) {
      return Number(found.value);
    }
    return found.kind === "bool" ? Number(found.value) : this.#wrong(name, found);
  }

  numbers(name: string): number[] | undefined {
    const found = this.#argument(name);
    return found?.kind === "floats" ? [...found.values] : found && this.#wrong(name, found);
  }

  isFloat(name: string): boolean {
    return this.call.inputs.get(name)?.kind === "float";
  }

  flag(name: string, fallback = false): boolean {
    const found = this.#argument(name);
    if (!found) return fallback;
    return found.kind === "bool" ? found.value : this.#wrong(name, found);
  }

  text(name: string, fallback: string): string {
    const found = this.#argument(name);
    if (!found) return fallback;
    return found.kind === "string" ? found.value : this.#wrong(name, found);
  }

  /** An axis counted from the front. */
  axis(given: number, rank: number): number {
    const axis = given < 0 ? given + Math.max(rank, 1) : given;
    return axis >= 0 && axis < Math.max(rank, 1) ? axis : this.refuse(`axis ${given} of ${rank}`);
  }

  /** Type and shape of output `i`. */
  output(i = 0): { readonly dtype: ScalarType; readonly dims: readonly Size[] } {
    const meta = this.env.program.tensors.get(this.call.outputs[i] ?? "");
    if (!meta) return { dtype: "float32", dims: [] };
    const dtype = scalarType(meta.type) ?? this.refuse(`an output of type ${scalarTypeName(meta.type)}`);
    return { dtype, dims: meta.sizes };
  }

  get outputCount(): number {
    return this.call.outputs.length;
  }

  outputName(i = 0): string {
    return this.call.outputs[i] ?? `${this.op}:${i}`;
  }

  /** A name for a value inside of the call. */
  inner(what: string): string {
    return `${this.outputName()}:${what}`;
  }

  /** A node whose value stays inside of the call. */
  step(op: string, inputs: readonly string[], what: string, attrs: Attributes = {}): string {
    return this.graph.node(op, inputs, this.inner(what), attrs);
  }

  /** What an output is, under a name that has been made. */
  made(name: string, i = 0): Value {
    const { dtype, dims } = this.output(i);
    return new Value(name, dtype, dims);
  }

  /** A node that makes output `i`. */
  emit(op: string, inputs: readonly string[], attrs: Attributes = {}, i = 0): Value {
    return this.made(this.graph.node(op, inputs, this.outputName(i), attrs), i);
  }

  constant(what: string, content: Tensor): string {
    return this.graph.constant(this.inner(what), content);
  }

  int64s(what: string, values: readonly number[]): string {
    return this.constant(what, int64Tensor(values));
  }

  scalar(what: string, value: number, dtype: ScalarType = "float32"): string {
    return this.constant(what, filled(dtype, [], value, this));
  }

  floats(what: string, values: ArrayLike<number>, dims: readonly number[] = [values.length]): string {
    return this.constant(what, tensor("float32", dims, Float32Array.from(values)));
  }

  /** The shape of output `i` for Reshape: what the input has at the same place is copied, one open size is left to be found. */
  reshaped(value: Value, counts: readonly Count[] | undefined, i = 0): Value {
    const { dims } = this.output(i);
    const isCopied = (size: Size, axis: number) => typeof size === "string" && value.dims[axis] === size;
    const open = dims.filter((size, axis) => typeof size === "string" && !isCopied(size, axis)).length;
    if (open <= 1) {
      const shape = dims.map((size, axis) =>
        typeof size === "number" ? size : isCopied(size, axis) ? 0 : -1,
      );
      return this.emit("Reshape", [value.name, this.int64s("shape", shape)], {}, i);
    }
    if (!counts) this.refuse("several open sizes");
    return this.emit("Reshape", [value.name, this.env.vector(counts, this.inner("shape"))], {}, i);
  }
}

/** A call → the values of its outputs. */
export type OpConverter = (ctx: OpContext) => readonly Value[];
