import type { Backend, Feeds, Session, SessionUse } from "../backend.ts";
import { DataError, ModelError, reasonOf } from "../errors.ts";
import type { Graph, GraphValue, Model } from "../graph/graph.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { collect, createStats, type TensorStats } from "../observers/histogram.ts";
import { writeModel } from "../onnx/write.ts";
import type { QuantPlan } from "../plan/plan.ts";
import { elementCount, type Tensor } from "../tensor/tensor.ts";
import { batchRows, copyOf, inChunks } from "./batches.ts";
import { checkFeeds } from "./check-feeds.ts";
import type { Ranges } from "./ranges.ts";

/** Values that own a scale, and so need statistics. */
export function tappedValues(plan: QuantPlan): string[] {
  return [...plan.values].flatMap(([name, value]) =>
    value.kind === "own" && value.scale === undefined ? [name] : [],
  );
}

/** The same graph with more values as outputs. */
export function withOutputs(graph: Graph, names: readonly string[]): Graph {
  const listed = new Set([...graph.outputs, ...graph.inputs].map(({ name }) => name));
  const more: GraphValue[] = names
    .filter((name) => !listed.has(name) && listed.add(name))
    .map((name) => ({ name, type: graph.types.get(name) ?? null }));
  return { ...graph, outputs: [...graph.outputs, ...more] };
}

/** Loads a model, saying which one when the runtime refuses it. */
export async function openSession(
  backend: Backend,
  model: Model,
  what: string,
  use: SessionUse = "model",
): Promise<Session> {
  const bytes = writeModel(model);
  try {
    return await backend.createSession(bytes, use);
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new ModelError(`${backend.name} can't load ${what}: ${reason}`, { cause });
  }
}

/** One forward pass at a time through the float model, gathering statistics; one batch alive at a time. */
export class Calibrator {
  readonly #stats: Map<string, TensorStats>;
  readonly #outputs: readonly string[];
  readonly #unified: ReadonlyMap<string, string>;
  #samples = 0;

  private constructor(
    private readonly session: Session,
    private readonly model: Model,
    private readonly dynamicBatch: boolean,
    private readonly kernels: Kernels,
    plan: QuantPlan,
  ) {
    this.#stats = new Map(tappedValues(plan).map((name) => [name, createStats()]));
    this.#unified = plan.unified ?? new Map();
    this.#outputs = model.graph.outputs.map(({ name }) => name);
  }

  static async open(
    model: Model,
    plan: QuantPlan,
    host: { readonly backend: Backend; readonly kernels: Kernels },
    dynamicBatch: boolean,
  ): Promise<Calibrator> {
    const tapped = [...tappedValues(plan), ...(plan.unified ?? new Map()).keys()];
    const session = await openSession(
      host.backend,
      { ...model, graph: withOutputs(model.graph, tapped) },
      "the optimized float model",
    );
    return new Calibrator(session, model, dynamicBatch, host.kernels, plan);
  }

  /** Rows of the batch axis run so far. */
  get samples(): number {
    return this.#samples;
  }

  /**
   * Runs the float model on a batch (of any size when the batch is dynamic: sample by sample) and returns its outputs.
   * @throws DataError naming the input that does not fit the model, or the tensor in which NaN or Inf appears.
   */
  async forward(feeds: Feeds): Promise<Map<string, Tensor>> {
    return this.dynamicBatch ? this.#forwardRows(feeds) : this.#forwardWhole(feeds);
  }

  #forwardRows(feeds: Feeds): Promise<Map<string, Tensor>> {
    if (batchRows(feeds, this.model.graph.inputs, 1) === 0)
      throw new DataError("the batch is empty (0 samples); feed at least one");
    return inChunks(feeds, this.model.graph, 1, async (chunk) => {
      const outputs = await this.#step(chunk);
      this.#samples += 1;
      return outputs;
    });
  }

  /** A model of fixed shapes: its inputs need not have a common first axis (a state, a scalar). */
  async #forwardWhole(feeds: Feeds): Promise<Map<string, Tensor>> {
    for (const [name, t] of feeds) {
      const isEmptyAlways = this.model.graph.types.get(name)?.dims?.includes(0);
      if (elementCount(t.dims) > 0 || isEmptyAlways) continue;
      throw new DataError(`the batch is empty: "${name}" has shape [${t.dims.join(", ")}]`, { value: name });
    }
    const outputs = [...(await this.#step(feeds))].map(([name, t]) => [name, copyOf(t)] as const);
    const [first] = this.model.graph.inputs;
    this.#samples += (first && feeds.get(first.name)?.dims[0]) ?? 1;
    return new Map(outputs);
  }

  async #step(feeds: Feeds): Promise<Map<string, Tensor>> {
    checkFeeds(feeds, this.model.graph.inputs);
    for (const [name, t] of feeds) this.#observe(name, t);
    const results = await this.session.run(feeds);
    for (const [name, t] of results) if (!feeds.has(name)) this.#observe(name, t);
    return new Map(this.#outputs.map((name) => [name, results.get(name) ?? feeds.get(name)!]));
  }

  #observe(name: string, t: Tensor): void {
    const owner = this.#unified.get(name) ?? name;
    const before = this.#stats.get(owner);
    if (!before || t.dtype !== "float32") return;
    const stats = collect(before, t.data, this.kernels);
    this.#stats.set(owner, stats);
    if (stats.nonFinite === 0) return;
    const source = this.model.graph.inputs.some((input) => input.name === name)
      ? "input data"
      : "float model";
    throw new DataError(
      `${stats.nonFinite} NaN or infinite values in "${name}" (sample ${this.#samples + 1}); a scale can't be chosen for them: check the ${source}`,
      { value: name },
    );
  }

  ranges(): Ranges {
    return { stats: this.#stats, samples: this.#samples };
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}

/** Runs all batches and returns what they showed; the pull form of Calibrator. */
export async function calibrate(
  calibrator: Calibrator,
  batches: AsyncIterable<Feeds> | Iterable<Feeds>,
): Promise<Ranges> {
  for await (const feeds of batches) await calibrator.forward(feeds);
  return calibrator.ranges();
}
