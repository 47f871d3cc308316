import { ModelError } from "../../errors.ts";
import { attr } from "../../graph/attributes.ts";
import type { Attribute } from "../../graph/graph.ts";
import { elementCount, float32Scalar, tensor } from "../../tensor/tensor.ts";
import type { GraphBuilder } from "../graph-builder.ts";
import type { Layer } from "./net/read-net.ts";
import type { Fields } from "./text/fields.ts";
import { nearWeights, type WeightBlob, type WeightsFile } from "./weights.ts";

export type Attributes = Readonly<Record<string, Attribute>>;

/** A blob while the graph is built: its ONNX value and its shape. */
export interface Blob {
  readonly value: string;
  readonly dims: readonly number[];
  /** Set for where a Pooling layer found its maxima: the pooled bottom and the attributes of its windows. ONNX counts places otherwise than Caffe. */
  readonly maskOf?: { readonly dims: readonly number[]; readonly windows: Attributes };
}

/** Thrown when a layer asks for what has no conversion; caught by the loop over the layers, which goes on. */
export class Refused extends Error {}

const withoutOnes = (dims: readonly number[]): string => dims.filter((dim) => dim !== 1).join("x");
const shown = (dims: readonly number[]): string => dims.join("x") || "()";

/** What a layer's conversion sees of its layer, its weights and its inputs, and how it adds to the graph. */
export class LayerContext {
  /** A Scale layer behind a BatchNorm, converted with it. */
  readonly scale: LayerContext | undefined;
  readonly #weights: WeightsFile | undefined;

  constructor(
    readonly layer: Layer,
    readonly bottoms: readonly Blob[],
    /** Names that the values of the tops shall have. */
    readonly tops: readonly string[],
    readonly graph: GraphBuilder,
    around: { readonly weights: WeightsFile | undefined; readonly scale?: Layer | undefined },
  ) {
    this.#weights = around.weights;
    this.scale =
      around.scale && new LayerContext(around.scale, bottoms, tops, graph, { weights: around.weights });
  }

  /** The layer's message of parameters. */
  param(name: string): Fields {
    return this.layer.fields.message(name);
  }

  /** @param what in words, for instance `Pooling with pool STOCHASTIC`. */
  refuse(what: string): never {
    throw new Refused(what);
  }

  broken(what: string): ModelError {
    const { name, type, fields } = this.layer;
    const place = `${fields.file}, line ${fields.line}: ${type} layer "${name}"`;
    return new ModelError(`${place} ${what}`, { node: name, file: fields.file });
  }

  bottom(i = 0): Blob {
    const found = this.bottoms[i];
    if (found) return found;
    throw this.broken(`has ${this.bottoms.length} bottoms, expected at least ${i + 1}`);
  }

  /** An axis counted from the front. @param last how far behind the last axis it may lie. */
  axis(given: number, { dims }: Blob = this.bottom(), last = 0): number {
    const axis = given < 0 ? given + dims.length : given;
    if (axis >= 0 && axis < dims.length + last) return axis;
    throw this.broken(`has axis ${given}, and its bottom's shape is ${shown(dims)}`);
  }

  /** The layer's learned blobs. */
  get blobs(): readonly WeightBlob[] {
    const weights = this.#weights;
    const { name } = this.layer;
    if (!weights) throw this.broken("needs weights, and there is no -w; give the net's .caffemodel with -w");
    const found = weights.layers.get(name);
    if (found) return found;
    throw new ModelError(
      `layer "${name}" of ${this.layer.fields.file} needs weights, and ${weights.file} has none under that name: ${nearWeights(weights, name)}; -m and -w must be of one net`,
      { node: name, file: weights.file },
    );
  }

  /** Learned blob `i` in the shape that the net gives it; dims of 1 more or less do not matter. */
  blob(i: number, dims: readonly number[]): WeightBlob {
    const { blobs } = this;
    const found = blobs[i];
    const has = `in ${this.#weights!.file} has`;
    if (!found) throw this.broken(`${has} ${blobs.length} blobs, expected at least ${i + 1}`);
    const fits =
      elementCount(found.dims) === elementCount(dims) && withoutOnes(found.dims) === withoutOnes(dims);
    if (fits) return tensor("float32", dims, found.data);
    throw this.broken(
      `${has} a blob ${i} of shape ${shown(found.dims)}, expected ${shown(dims)}; -m and -w must be of one net`,
    );
  }

  weight(i: number, dims: readonly number[]): string {
    return this.graph.constant(this.inner(`blob${i}`), this.blob(i, dims));
  }

  /** A name for a value inside of the layer. */
  inner(what: string): string {
    return `${this.layer.name}:${what}`;
  }

  /** A node whose value stays inside of the layer. */
  step(op: string, inputs: readonly string[], what: string, attrs: Attributes = {}): string {
    return this.graph.node(op, inputs, this.inner(what), attrs);
  }

  /** A node that makes a top. */
  top(op: string, inputs: readonly string[], dims: readonly number[], attrs: Attributes = {}, i = 0): Blob {
    return { value: this.graph.node(op, inputs, this.tops[i] ?? this.inner(`top${i}`), attrs), dims };
  }

  scalar(what: string, value: number): string {
    return this.graph.constant(this.inner(what), float32Scalar(value));
  }

  ints(what: string, values: readonly number[]): string {
    const sound = values.every(Number.isInteger);
    if (!sound) throw this.broken(`needs sizes ${values.join(", ")}, which does not fit its bottoms`);
    return this.graph.int64s(this.inner(what), values);
  }

  /** The first dim, the batch, is carried over where it stays. */
  #shape(from: readonly number[], dims: readonly number[]): string {
    const copies = from.length > 0 && dims.length > 0 && from[0] === dims[0];
    return this.ints("shape", copies ? [0, ...dims.slice(1)] : dims);
  }

  reshaped({ value, dims: from }: Blob, dims: readonly number[], what: string): string {
    return this.step("Reshape", [value, this.#shape(from, dims)], what);
  }

  /** Reshape to the shape of a top. */
  topShaped({ value, dims: from }: Blob, dims: readonly number[], i = 0): Blob {
    return this.top("Reshape", [value, this.#shape(from, dims)], dims, {}, i);
  }

  transposed(value: string, order: readonly number[], what: string): string {
    return this.step("Transpose", [value], what, { perm: attr.ints(order) });
  }
}

/** A layer → the blobs of its tops. */
export type LayerConverter = (ctx: LayerContext) => readonly Blob[];
