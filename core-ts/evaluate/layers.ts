import type { Backend, Feeds, Session } from "../backend.ts";
import { openSession, withOutputs } from "../calibrate/calibrate.ts";
import { floatFeeds } from "../edges/input-types.ts";
import { InternalError } from "../errors.ts";
import type { Model } from "../graph/graph.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { QuantizedGraph, QuantizedLayer } from "../quantize/quantized.ts";
import { addLayer, ErrorSums, type LayerError } from "../report/layer-error.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Called with every layer's tensors when a dump is wanted; `index` is the topological one. */
export type LayerListener = (
  side: "float" | "quant",
  index: number,
  layer: QuantizedLayer,
  tensor: Tensor,
) => Promise<void>;

/** Runs float and integer model side by side with every layer visible, and sums up how far apart they are. */
export class LayerComparison {
  readonly #sums: readonly ErrorSums[];
  #closed = false;

  private constructor(
    /** Undefined when no run is to be compared. */
    private readonly sessions: { readonly float: Session; readonly fixed: Session } | undefined,
    private readonly quantized: QuantizedGraph,
    private readonly listener?: LayerListener,
  ) {
    this.#sums = quantized.layers.map(() => new ErrorSums());
  }

  /** A comparison of no runs: it loads no models. */
  static ofNothing(quantized: QuantizedGraph): LayerComparison {
    return new LayerComparison(undefined, quantized);
  }

  /** @param float the optimized float model at the fixed model's batch; @param fixed the fixed model with all layers as outputs. */
  static async open(
    backend: Backend,
    models: { readonly float: Model; readonly fixed: Model },
    quantized: QuantizedGraph,
    listener?: LayerListener,
  ): Promise<LayerComparison> {
    const layers = quantized.layers.map(({ value }) => value);
    const float = await openSession(
      backend,
      { ...models.float, graph: withOutputs(models.float.graph, layers) },
      "the optimized float model",
      "report",
    );
    const fixed = await openSession(
      backend,
      models.fixed,
      "the fixed-point model with all layers as outputs",
      "report",
    );
    return new LayerComparison({ float, fixed }, quantized, listener);
  }

  /** One batch of the fixed model's batch size. */
  async add(feeds: Feeds): Promise<void> {
    if (!this.sessions) throw new InternalError("a comparison of no runs was given one");
    const left = await this.sessions.float.run(
      floatFeeds(feeds, this.quantized.plan.inputTypes ?? new Map()),
    );
    const right = await this.sessions.fixed.run(feeds);
    for (const [i, layer] of this.quantized.layers.entries()) {
      const l = left.get(layer.value) ?? feeds.get(layer.value);
      const r = right.get(layer.integers.name);
      if (!l || !r) continue;
      addLayer(this.#sums[i]!, l, r, layer.integers);
      await this.listener?.("float", i, layer, l);
      await this.listener?.("quant", i, layer, r);
    }
  }

  /** In topological order. */
  layers(kernels: Kernels): LayerError[] {
    return this.quantized.layers.map(({ plan, value, integers }, i) => {
      const sums = this.#sums[i]!;
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

  /** Frees both sessions; the sums stay. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.sessions?.float.release();
    await this.sessions?.fixed.release();
  }
}
