import type { Feeds, Session } from "../backend.ts";
import { copyOf, inChunks } from "../calibrate/batches.ts";
import { integerFeeds } from "../edges/input-types.ts";
import type { Model } from "../graph/graph.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { QuantizedGraph } from "../quantize/quantized.ts";
import type { LayerError } from "../report/layer-error.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { LayerComparison } from "./layers.ts";
import { realOutputs } from "./outputs.ts";
import type { OwnErrors } from "./own-errors.ts";

/** How many runs of the fixed model are also compared layer by layer (all of them for a dump). */
export interface ComparisonBudget {
  readonly runs: number;
  /** Looks at as many of those as it was told to. */
  readonly own?: OwnErrors | undefined;
}

/** The fixed model on test data, answers in real units. */
export class FixedEvaluation {
  #compared = 0;

  constructor(
    private readonly session: Session,
    private readonly quantized: QuantizedGraph,
    private readonly float: Model,
    private readonly comparison: LayerComparison,
    private readonly budget: ComparisonBudget,
  ) {}

  /**
   * Runs the fixed model. `size` is its batch where the float model's is dynamic: feeds may then have any number of samples. Undefined: the
   * float model's shapes are fixed, and feeds have them.
   */
  async forward(feeds: Feeds, size: number | undefined): Promise<Map<string, Tensor>> {
    const fed = integerFeeds(feeds, this.quantized.plan.inputTypes ?? new Map());
    const raw =
      size === undefined
        ? new Map([...(await this.#step(fed))].map(([name, t]) => [name, copyOf(t)]))
        : await inChunks(fed, this.float.graph, size, (chunk) => this.#step(chunk));
    return realOutputs(raw, this.quantized.outputs, this.quantized.scales);
  }

  async #step(feeds: Feeds): Promise<Map<string, Tensor>> {
    if (this.#compared < this.budget.runs) {
      await this.comparison.add(feeds);
      await this.budget.own?.add(feeds);
      // The two models with every layer visible are large: let them go as soon as enough has been compared.
      if (++this.#compared === this.budget.runs) await this.comparison.close();
    }
    return this.session.run(feeds);
  }

  layers(kernels: Kernels): LayerError[] {
    return this.comparison.layers(kernels);
  }

  async close(): Promise<void> {
    await this.session.release();
    await this.comparison.close();
    await this.budget.own?.close();
  }
}
