import { ModelError } from "../../../errors.ts";
import { nearest } from "../../../nearest.ts";
import { textError } from "../text/tokens.ts";
import { dataDims, declaredDims } from "./inputs.ts";
import { hasLabels, isData, isDropped, isSilence } from "./layer-types.ts";
import type { Layer, Net } from "./read-net.ts";

/** A blob as one layer leaves it: a layer that works in place makes a new value of the same blob. */
export interface Value {
  readonly blob: string;
  /** In the ONNX graph: inputs and outputs are named as their blobs, others after their layers. */
  name: string;
  /** Layers that read it, without those that are dropped. */
  readers: number;
  /** Read by Silence. */
  silenced: boolean;
}

export interface Step {
  readonly layer: Layer;
  readonly bottoms: readonly Value[];
  readonly tops: readonly Value[];
  /** A Scale layer that takes part in this BatchNorm. */
  readonly scale?: Layer;
}

export interface ResolvedNet {
  readonly inputs: readonly { readonly value: Value; readonly dims: readonly number[] | undefined }[];
  readonly steps: readonly Step[];
  readonly outputs: readonly Value[];
}

class Resolver {
  readonly inputs: { value: Value; dims: readonly number[] | undefined }[] = [];
  readonly steps: Step[] = [];
  readonly #now = new Map<string, Value>();
  readonly #labels = new Set<Value>();

  constructor(readonly file: string) {}

  #make(blob: string): Value {
    const value = { blob, name: blob, readers: 0, silenced: false };
    this.#now.set(blob, value);
    return value;
  }

  input(blob: string, dims: readonly number[] | undefined): void {
    this.inputs.push({ value: this.#make(blob), dims });
  }

  #data(layer: Layer): void {
    const dims = dataDims(layer);
    for (const [i, top] of layer.tops.entries()) {
      if (i > 0 && hasLabels(layer.type)) this.#labels.add(this.#make(top));
      else this.input(top, dims.get(top));
    }
  }

  #bottom(layer: Layer, blob: string): Value {
    const found = this.#now.get(blob);
    if (found) return found;
    const near = nearest(blob, [...this.#now.keys()]);
    const hint = near === undefined ? "" : `; there is "${near}"`;
    const what = `layer "${layer.name}" reads blob "${blob}", which no layer before it makes${hint}`;
    throw textError(this.file, layer.fields.line, what);
  }

  layer(layer: Layer): void {
    if (isData(layer.type)) {
      this.#data(layer);
      return;
    }
    const bottoms = layer.bottoms.map((blob) => this.#bottom(layer, blob));
    if (isDropped(layer.type)) {
      for (const value of bottoms) value.silenced ||= isSilence(layer.type);
      for (const top of layer.tops) this.#labels.add(this.#make(top));
      return;
    }
    const labels = bottoms.filter((value) => this.#labels.has(value));
    // What is made of labels only serves the loss.
    if (labels.length > 0 && labels.length === bottoms.length) {
      for (const top of layer.tops) this.#labels.add(this.#make(top));
      return;
    }
    if (labels.length > 0) {
      const what = `layer "${layer.name}" reads the label or loss "${labels[0]!.blob}", which the deployed net does not have; give the net's deploy.prototxt`;
      throw textError(this.file, layer.fields.line, what);
    }
    for (const value of bottoms) value.readers += 1;
    this.steps.push({ layer, bottoms, tops: layer.tops.map((top) => this.#make(top)) });
  }
}

/** BatchNorm whose only reader is a Scale by one weight a channel → one step, for it is one affine function. */
function withScales(steps: readonly Step[]): Step[] {
  const makers = new Map(steps.flatMap((step) => step.tops.map((top) => [top, step] as const)));
  const taken = new Map<Step, Step>();
  for (const step of steps) {
    const { layer, bottoms } = step;
    const before = makers.get(bottoms[0]!);
    if (layer.type !== "Scale" || before?.layer.type !== "BatchNorm") continue;
    const param = layer.fields.message("scale_param");
    const isPerChannel = param.int("axis", 1) === 1 && param.int("num_axes", 1) === 1;
    if (bottoms.length === 1 && bottoms[0]!.readers === 1 && isPerChannel) taken.set(before, step);
  }
  const gone = new Set(taken.values());
  return steps.flatMap((step) => {
    if (gone.has(step)) return [];
    const scale = taken.get(step);
    return [scale ? { ...step, tops: scale.tops, scale: scale.layer } : step];
  });
}

function nameValues(steps: readonly Step[], fixed: readonly Value[]): void {
  const taken = new Set(fixed.map(({ name }) => name));
  for (const { layer, tops, scale } of steps) {
    for (const value of tops) {
      if (fixed.includes(value)) continue;
      const wanted = tops.length > 1 ? value.blob : (scale ?? layer).name;
      let name = wanted;
      for (let i = 1; taken.has(name); i++) name = `${wanted}_${i}`;
      taken.add(name);
      value.name = name;
    }
  }
}

/** Follows the blobs through the layers in their order: which layer reads what, what comes in and what goes out. @throws ModelError. */
export function resolveNet(net: Net, file: string): ResolvedNet {
  const resolver = new Resolver(file);
  for (const [blob, dims] of declaredDims(net)) resolver.input(blob, dims);
  for (const layer of net.layers) resolver.layer(layer);
  const steps = withScales(resolver.steps);
  const inputs = resolver.inputs.filter(({ value }) => value.readers > 0);
  // In the order of Caffe's net.outputs.
  const outputs = steps
    .flatMap(({ tops }) => tops)
    .filter((value) => value.readers === 0 && !value.silenced)
    .sort((a, b) => (a.blob < b.blob ? -1 : 1));
  const names = outputs.map(({ blob }) => blob);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (inputs.length === 0 || outputs.length === 0 || twice !== undefined) {
    const what =
      twice === undefined
        ? `has no ${inputs.length === 0 ? "input" : "output"} in the TEST phase; give the net's deploy.prototxt`
        : `makes blob "${twice}" twice, and nobody reads the first; give its tops names of their own`;
    throw new ModelError(`${file} ${what}`, { file });
  }
  nameValues(steps, [...inputs.map(({ value }) => value), ...outputs]);
  return { inputs, steps, outputs };
}
