import { attr } from "../../graph/attributes.ts";
import type { Attribute } from "../../graph/graph.ts";
import { DTYPE_CODES, type DType } from "../../tensor/dtype.ts";
import { permuted } from "../../tensor/permute.ts";
import { elementCount, int64Tensor, type Tensor, toNumbers } from "../../tensor/tensor.ts";
import type { GraphBuilder } from "../graph-builder.ts";
import { tensorOfNumbers } from "./numbers.ts";
import { broadcast, isIdentity, physicalDims, type TensorType, type TensorValue } from "./value.ts";

type Input = string | TensorValue;
type Attributes = Readonly<Record<string, Attribute>>;
type Perm = readonly number[];

/** Constants of at most so many elements are looked into at conversion. */
const KNOWN_ELEMENTS = 1024;
const CAN_BE_KNOWN: ReadonlySet<DType> = new Set<DType>([
  ...(["float32", "float64", "int8", "int16", "int32", "int64"] as const),
  ...(["uint8", "uint16", "uint32", "bool"] as const),
]);

const nameOf = (input: Input): string => (typeof input === "string" ? input : input.name);

/** Writes ONNX nodes for the node at hand, and keeps account of the order of axes. */
export class Emitter {
  /** Name of the original node at hand: what is written is named after it. */
  at = "";
  readonly builder: GraphBuilder;
  /** A transposed value → what it is made from, and the order. */
  readonly #sources = new Map<string, { readonly name: string; readonly order: Perm }>();
  readonly #transposed = new Map<string, string>();

  constructor(builder: GraphBuilder) {
    this.builder = builder;
  }

  #wanted(part: string): string {
    return part === "" ? this.at : `${this.at}/${part}`;
  }

  /** Adds a node with one output. @param part names it below the node at hand; "" is the node's own result. */
  emit(
    op: string,
    inputs: readonly Input[],
    type: TensorType,
    attrs: Attributes = {},
    part = "",
  ): TensorValue {
    const name = this.builder.node(op, inputs.map(nameOf), this.#wanted(part), attrs);
    return { ...type, kind: "tensor", name };
  }

  /** Adds a node with an output for each type. */
  emitMany(
    op: string,
    inputs: readonly Input[],
    types: readonly TensorType[],
    attrs: Attributes = {},
  ): TensorValue[] {
    const wanted = types.map((_, i) => this.#wanted(i === 0 ? "" : `${i}`));
    const names = this.builder.nodes(op, inputs.map(nameOf), wanted, attrs);
    return names.map((name, i) => ({ ...types[i]!, kind: "tensor", name }));
  }

  constant(value: Tensor, part = ""): TensorValue {
    const name = this.builder.constant(this.#wanted(part), value);
    const isSmall = elementCount(value.dims) <= KNOWN_ELEMENTS && CAN_BE_KNOWN.has(value.dtype);
    const known = isSmall ? { known: toNumbers(value) } : {};
    return { kind: "tensor", name, dtype: value.dtype, dims: value.dims, ...known };
  }

  /** A constant of numbers; of the type's own kind. */
  numbers(dtype: DType, dims: readonly number[], values: readonly number[], part: string): TensorValue {
    return this.constant(tensorOfNumbers(dtype, dims, values), part);
  }

  scalar(dtype: DType, value: number, part: string): TensorValue {
    return this.numbers(dtype, [], [value], part);
  }

  /** An int64 vector, as ONNX takes axes and shapes. */
  ints(values: readonly number[], part: string): string {
    return this.builder.constant(this.#wanted(part), int64Tensor(values));
  }

  constantOf(value: TensorValue): Tensor | undefined {
    return this.builder.constantOf(value.name);
  }

  /** The value as int64, which ONNX asks of shapes. */
  asInt64(value: TensorValue, part: string): TensorValue {
    return this.cast(value, "int64", part);
  }

  cast(value: TensorValue, dtype: DType, part: string): TensorValue {
    if (value.dtype === dtype) return value;
    const { dims, perm, known } = value;
    const type = { dtype, dims, ...(perm ? { perm } : {}), ...(known ? { known } : {}) };
    return this.emit("Cast", [value], type, { to: attr.int(DTYPE_CODES[dtype]) }, part);
  }

  /** The value with its axes in another order: nothing where it has that order, else a Transpose, once. */
  arrange(value: TensorValue, perm?: Perm): TensorValue {
    const wanted = perm && !isIdentity(perm) ? perm : undefined;
    const rank = value.dims?.length ?? 0;
    const axes = Array.from({ length: rank }, (_, i) => i);
    const [from, to] = [value.perm ?? axes, wanted ?? axes];
    const step = to.map((axis) => from.indexOf(axis));
    if (isIdentity(step)) return value;
    if (value.remade) return value.remade(wanted);
    const source = this.#sources.get(value.name);
    const order = source ? step.map((axis) => source.order[axis]!) : step;
    const base = source?.name ?? value.name;
    const { perm: _, remade: __, ...rest } = value;
    const name = this.#inOrder(base, order, physicalDims({ dims: value.dims, perm: to })!);
    return { ...rest, name, ...(wanted ? { perm: wanted } : {}) };
  }

  /** @param dims of the result, axis by axis. */
  #inOrder(base: string, order: Perm, dims: readonly (number | null)[]): string {
    if (isIdentity(order)) return base;
    const key = `${base}>${order.join()}`;
    const known = this.#transposed.get(key);
    if (known !== undefined) return known;
    const name = this.#transpose(base, order, dims);
    this.#transposed.set(key, name);
    this.#sources.set(name, { name: base, order });
    return name;
  }

  #transpose(base: string, order: Perm, dims: readonly (number | null)[]): string {
    const constant = this.builder.constantOf(base);
    if (constant) return this.builder.constant(`${base}/transposed`, permuted(constant, order));
    const moved = order.filter((_, i) => dims[i] !== 1);
    // Where only axes of length 1 change place, the elements keep theirs.
    if (
      moved.every((axis, i) => i === 0 || axis > moved[i - 1]!) &&
      dims.filter((d) => d === null).length < 2
    ) {
      const shape = this.builder.int64s(
        `${base}/shape`,
        dims.map((dim) => dim ?? -1),
      );
      return this.builder.node("Reshape", [base, shape], `${base}/reshaped`);
    }
    return this.builder.node("Transpose", [base], `${base}/transposed`, { perm: attr.ints(order) });
  }

  /** The value in the original's order of axes. */
  plain(value: TensorValue): TensorValue {
    return this.arrange(value);
  }

  /** A transposed view of the original's axes: axis i of the result is axis p[i]; nothing is written. */
  relabel(value: TensorValue, p: Perm): TensorValue {
    const rank = p.length;
    const perm = (value.perm ?? Array.from({ length: rank }, (_, i) => i)).map((axis) => p.indexOf(axis));
    const { perm: _, known: __, remade: ___, parts: ____, loose: _____, ...rest } = value;
    const dims = value.dims && p.map((axis) => value.dims![axis]!);
    return { ...rest, dims, ...(isIdentity(perm) ? {} : { perm }) };
  }

  /** A constant with other dimensions, or undefined for a value that is computed. */
  reshapedConstant(value: TensorValue, dims: readonly number[]): TensorValue | undefined {
    const constant = value.perm ? undefined : this.constantOf(value);
    return constant && this.constant({ ...constant, dims } as Tensor, "reshaped");
  }

  /** Operands of an elementwise op, all in one order, and the type of the result. */
  aligned(values: readonly TensorValue[]): {
    operands: TensorValue[];
    type: { dims: TensorType["dims"]; perm?: Perm };
  } {
    const dims = broadcast(values.map((value) => value.dims));
    const perm = values.find((value) => value.perm && value.dims?.length === dims?.length)?.perm;
    if (!dims || !perm) return { operands: values.map((value) => this.plain(value)), type: { dims } };
    const operands = values.map((value) => this.#spread(value, dims.length, perm));
    return { operands, type: { dims, perm } };
  }

  /** A value of lower rank stands for the last axes. */
  #spread(value: TensorValue, rank: number, perm: Perm): TensorValue {
    const dims = value.dims!;
    if (dims.length === rank) return this.arrange(value, perm);
    if (dims.every((dim) => dim === 1)) return value;
    const plain = this.plain(value);
    const missing = rank - dims.length;
    const whole = [...new Array<number>(missing).fill(1), ...dims];
    const constant = whole.every((dim) => dim !== null)
      ? this.reshapedConstant(plain, whole as number[])
      : undefined;
    const axes = () =>
      this.ints(
        Array.from({ length: missing }, (_, i) => i),
        "axes",
      );
    const full =
      constant ??
      this.emit("Unsqueeze", [plain, axes()], { dtype: value.dtype, dims: whole }, {}, "unsqueezed");
    return this.arrange(full, perm);
  }
}
