import { ConfigError, ModelError } from "../../errors.ts";
import type { Model } from "../../graph/graph.ts";
import type { ConversionRequest, Converter } from "../converter.ts";
import { GraphBuilder } from "../graph-builder.ts";
import { Refusals } from "../refusals.ts";
import { type Blob, LayerContext, Refused } from "./context.ts";
import { converterOfLayer } from "./layers/index.ts";
import { LAYER_FIELDS } from "./net/known-fields.ts";
import { type Layer, readNet } from "./net/read-net.ts";
import { type ResolvedNet, resolveNet, type Step, type Value } from "./net/resolve.ts";
import { readWeights, type WeightsFile } from "./weights.ts";

const REMEDY =
  "Replace these layers in the prototxt, cut them off at the end of the net, or export the net to ONNX yourself and give it with -f onnx.";

/** The shape of every input: the one -is gives, or the file's. */
function inputShapes({ inputs }: ResolvedNet, { inputShapes: given, model }: ConversionRequest): number[][] {
  if (given.length > 0 && given.length !== inputs.length) {
    const names = inputs.map(({ value }) => value.blob).join(", ");
    throw new ConfigError(
      `-is gives ${given.length} shapes, and the inputs of ${model.name} are ${names}; give one shape each, or leave it out`,
      { option: "-is/--input-shapes" },
    );
  }
  return inputs.map(({ value, dims }, i) => {
    const shape = given[i] ?? dims;
    const batchOne = shape?.map((dim, axis) => (axis === 0 && dim === -1 ? 1 : dim));
    if (batchOne?.every((dim) => dim > 0)) return batchOne;
    const found = shape ? `has shape ${shape.join("x")}` : "has no shape";
    throw new ModelError(
      `input "${value.blob}" of ${model.name} ${found}; write it into the prototxt, or give it with -is, for instance -is 1 3 224 224`,
      { value: value.blob, file: model.name },
    );
  });
}

/** The only dim that is not known before the net runs: how many objects a detector finds. */
const OPEN = -1;

/** What the layer says and its conversion did not ask for. */
const unknownFields = ({ fields }: Layer): string[] => [
  ...fields.unreadInside(),
  ...fields.unread().filter((name) => !LAYER_FIELDS.has(name)),
];

class Conversion {
  readonly #graph = new GraphBuilder();
  readonly #blobs = new Map<Value, Blob>();
  readonly #refusals = new Refusals();

  constructor(
    readonly net: ResolvedNet,
    readonly weights: WeightsFile | undefined,
  ) {}

  input(value: Value, dims: readonly number[]): void {
    this.#graph.input(value.name, { dtype: "float32", dims });
    this.#blobs.set(value, { value: value.name, dims });
  }

  #blobsOf({ layer, bottoms, tops, scale }: Step): readonly Blob[] {
    const convert = converterOfLayer(layer.type);
    if (!convert) throw new Refused(`layer type "${layer.type}"`);
    const inputs = bottoms.map((value) => this.#blobs.get(value)!);
    const isMask = inputs.some(({ maskOf }) => maskOf);
    if (isMask && layer.type !== "Upsample")
      throw new Refused(`${layer.type} of the mask of a Pooling layer`);
    const names = tops.map(({ name }) => name);
    const ctx = new LayerContext(layer, inputs, names, this.#graph, { weights: this.weights, scale });
    const made = convert(ctx);
    for (const { dims } of made) {
      if (dims.every((dim) => dim === OPEN || (dim > 0 && Number.isInteger(dim)))) continue;
      throw ctx.broken(`makes a blob of shape ${dims.join("x")}`);
    }
    for (const one of scale ? [layer, scale] : [layer]) {
      const [field] = unknownFields(one);
      if (field !== undefined) throw new Refused(`${one.type} with ${field}`);
    }
    if (made.length < tops.length) throw new Refused(`${layer.type} with ${tops.length} tops`);
    return made;
  }

  step(step: Step): void {
    const { layer, bottoms, tops } = step;
    let made: readonly Blob[] = [];
    try {
      made = this.#blobsOf(step);
    } catch (error) {
      // Once a layer is refused, what is said of shapes behind it may be wrong; only refusals go on being gathered.
      if (error instanceof Refused) this.#refusals.add(error.message, layer.name);
      else if (this.#refusals.isEmpty) throw error;
    }
    const like = this.#blobs.get(bottoms[0]!) ?? { value: "", dims: [1] };
    for (const [i, top] of tops.entries()) this.#blobs.set(top, made[i] ?? like);
  }

  finish(name: string, file: string): Model {
    for (const value of this.net.outputs) {
      if (this.#blobs.get(value)?.maskOf)
        this.#refusals.add("the mask of a Pooling layer as an output", value.blob);
    }
    this.#refusals.throwIfAny(file, REMEDY);
    for (const value of this.net.outputs) {
      const { value: output, dims } = this.#blobs.get(value)!;
      const isKnown = !dims.includes(OPEN);
      this.#graph.output(output, isKnown ? { dtype: "float32", dims } : null);
    }
    return this.#graph.build(name, "Caffe");
  }
}

/**
 * A prototxt and its caffemodel → ONNX, layer by layer; only what takes part in the TEST phase, data, loss and accuracy layers left out.
 * Inputs and outputs keep the names of their blobs, nodes bear those of their layers. Caffe's nets have fixed shapes, so every size is computed here.
 */
export const fromCaffe: Converter = async (request) => {
  const { model, weight } = request;
  const net = readNet(model.bytes, model.name);
  const resolved = resolveNet(net, model.name);
  const shapes = inputShapes(resolved, request);
  const conversion = new Conversion(resolved, weight && readWeights(weight));
  for (const [i, { value }] of resolved.inputs.entries()) conversion.input(value, shapes[i]!);
  for (const step of resolved.steps) conversion.step(step);
  return conversion.finish(net.name, model.name);
};
