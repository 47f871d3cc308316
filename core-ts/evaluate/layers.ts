import type { Backend, Feeds } from "../backend.ts";
import { floatFeeds } from "../edges/input-types.ts";
import { InternalError } from "../errors.ts";
import type { Model } from "../graph/graph.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { QuantizedGraph, QuantizedLayer } from "../quantize/quantized.ts";
import { addLayer, ErrorSums, type LayerError } from "../report/layer-error.ts";
import { DTYPE_BITS } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { cutIntoPieces, PiecewiseRun } from "./pieces.ts";

/** Called with every layer's tensors when a dump is wanted; `index` is the topological one. */
export type LayerListener = (
  side: "float" | "quant",
  index: number,
  layer: QuantizedLayer,
  tensor: Tensor,
) => Promise<void>;

/** Bytes of layers, float and quantized, that are alive at a time; more only where a single layer has more. */
const ALIVE = 64 * 1024 * 1024;

export interface ComparisonOptions {
  /** Sees every layer's tensors. */
  readonly listener?: LayerListener;
  /** For tests. */
  readonly alive?: number;
}

interface ComparedModels {
  readonly float: Model;
  readonly fixed: Model;
}

function bytes({ graph }: Model, value: string): number {
  const type = graph.types.get(value);
  const element = DTYPE_BITS[type?.dtype ?? "float32"] / 8;
  return (type?.dims ?? []).reduce<number>(
    (size, dim) => size * (typeof dim === "number" ? dim : 1),
    element,
  );
}

/** Consecutive layers that are small enough together. */
function groupsOf(
  { layers }: QuantizedGraph,
  { float, fixed }: ComparedModels,
  alive: number,
): QuantizedLayer[][] {
  const groups: QuantizedLayer[][] = [];
  let room = 0;
  for (const layer of layers) {
    const size = bytes(float, layer.value) + bytes(fixed, layer.integers.name);
    if (size > room || groups.length === 0) {
      groups.push([]);
      room = alive;
    }
    groups.at(-1)!.push(layer);
    room -= size;
  }
  return groups;
}

const floatNames = (group: readonly QuantizedLayer[]) => group.map(({ value }) => value);
const fixedNames = (group: readonly QuantizedLayer[]) => group.map(({ integers }) => integers.name);

interface Run {
  readonly groups: readonly (readonly QuantizedLayer[])[];
  readonly float: PiecewiseRun;
  readonly fixed: PiecewiseRun;
}

async function openRun(
  backend: Backend,
  models: ComparedModels,
  groups: Run["groups"],
): Promise<Run | undefined> {
  const floatGroups = groups.map(floatNames);
  const fixedGroups = groups.map(fixedNames);
  const floatPieces = cutIntoPieces(models.float, floatGroups);
  const fixedPieces = cutIntoPieces(models.fixed, fixedGroups);
  if (!floatPieces || !fixedPieces) return undefined;
  const float = await PiecewiseRun.open(backend, floatPieces, floatGroups, "the optimized float model");
  try {
    const what = "the fixed-point model with all layers as outputs";
    return { groups, float, fixed: await PiecewiseRun.open(backend, fixedPieces, fixedGroups, what) };
  } catch (error) {
    await float.release();
    throw error;
  }
}

/** Runs float and integer model side by side, a group of layers at a time, and sums up how far apart the layers are. */
export class LayerComparison {
  readonly #sums: ReadonlyMap<QuantizedLayer, ErrorSums>;
  #closed = false;

  private constructor(
    /** Undefined when no run is to be compared. */
    private readonly run: Run | undefined,
    private readonly quantized: QuantizedGraph,
    private readonly listener?: LayerListener,
  ) {
    this.#sums = new Map(quantized.layers.map((layer) => [layer, new ErrorSums()]));
  }

  /** A comparison of no runs: it loads no models. */
  static ofNothing(quantized: QuantizedGraph): LayerComparison {
    return new LayerComparison(undefined, quantized);
  }

  /** @param models the optimized float model at the fixed model's batch, and the fixed model. */
  static async open(
    backend: Backend,
    models: ComparedModels,
    quantized: QuantizedGraph,
    { listener, alive = ALIVE }: ComparisonOptions = {},
  ): Promise<LayerComparison> {
    const run =
      (await openRun(backend, models, groupsOf(quantized, models, alive))) ??
      (await openRun(backend, models, [quantized.layers]));
    return new LayerComparison(run, quantized, listener);
  }

  /** One batch of the fixed model's batch size. */
  async add(feeds: Feeds): Promise<void> {
    if (!this.run) throw new InternalError("a comparison of no runs was given one");
    const { groups, float, fixed } = this.run;
    const left = new Map(floatFeeds(feeds, this.quantized.plan.inputTypes ?? new Map()));
    const right = new Map(feeds);
    let index = 0;
    for (const [i, group] of groups.entries()) {
      const l = await float.step(i, left);
      const r = await fixed.step(i, right);
      for (const layer of group)
        await this.#addLayer(index++, layer, l.get(layer.value), r.get(layer.integers.name));
    }
  }

  async #addLayer(
    index: number,
    layer: QuantizedLayer,
    l: Tensor | undefined,
    r: Tensor | undefined,
  ): Promise<void> {
    if (!l || !r) return;
    addLayer(this.#sums.get(layer)!, l, r, layer.integers);
    await this.listener?.("float", index, layer, l);
    await this.listener?.("quant", index, layer, r);
  }

  /** In topological order. */
  layers(kernels: Kernels): LayerError[] {
    return this.quantized.layers.map((layer) => {
      const { plan, value, integers } = layer;
      const sums = this.#sums.get(layer)!;
      return {
        node: plan.node.name,
        op: plan.node.op,
        value,
        cosine: sums.cosine,
        sqnrDb: sums.sqnrDb(kernels),
        maxAbs: sums.largest,
        bits: integers.type.bits,
        scale: integers.scale,
      };
    });
  }

  /** Frees both models; the sums stay. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.run?.float.release();
    await this.run?.fixed.release();
  }
}
