/**
 * What each layer does by itself: the quantized model and the float model are taken apart at every quantized value, and every part is fed with the float
 * model's own values rounded to their grids. Both sides of a layer so get the same clean numbers; they differ by the rounding of its weights, its multipliers
 * and tables, and the rounding and clipping of its output. What piled up before it has no part in it.
 */
import type { Backend, Feeds, Session } from "../backend.ts";
import { openSession, withOutputs } from "../calibrate/calibrate.ts";
import { floatFeeds } from "../edges/input-types.ts";
import type { Model } from "../graph/graph.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { collect, createStats, type TensorStats } from "../observers/histogram.ts";
import type { IntValue } from "../ops/record.ts";
import type { QuantizedGraph } from "../quantize/quantized.ts";
import type { IntType } from "../quantize/scale.ts";
import { ErrorSums } from "../report/layer-error.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import { type Decoupled, decoupled } from "./decouple.ts";
import { type Reach, ReachSums } from "./reach.ts";

const ARRAYS = { int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array } as const;

/** A value at which the models are taken apart. */
interface Cut {
  readonly value: string;
  readonly form: IntValue;
  /** The tensor of the quantized model that stands for it; absent for an input that this model rounds itself. */
  readonly written?: string;
  readonly isReal: boolean;
}

/** A QDQ model shows only its layers; at other values behind float ops it stays whole, and so does the float model. */
function cutsOf({ meaning, layers, plan }: QuantizedGraph, float: Model): Cut[] {
  const isReal = layers.some((layer) => layer.isReal);
  const shown = new Map(layers.map(({ value, integers }) => [value, integers.name]));
  const inputs = new Set(float.graph.inputs.map(({ name }) => name));
  return [...meaning.values].flatMap(([value, form]): Cut[] => {
    if (!isReal) return [{ value, form, written: form.name, isReal }];
    const written = shown.get(value);
    if (written !== undefined) return [{ value, form, written, isReal }];
    return inputs.has(value) && !plan.inputTypes?.has(value) ? [{ value, form, isReal }] : [];
  });
}

function integers(real: Float32Array, scale: number, { dtype }: IntType, dims: readonly number[]): Tensor {
  const whole = new ARRAYS[dtype](real.length);
  const inverse = 1 / scale;
  for (let i = 0; i < real.length; i++) whole[i] = Math.round(real[i]! * inverse);
  return { dtype, dims, data: whole } as Tensor;
}

/** float32 as the float model sees it, so that what only moves integers is exact. */
function realOf(t: Tensor, scale: number): Float32Array | undefined {
  if (t.dtype === "float32") return t.data;
  if (!(t.dtype in ARRAYS)) return undefined;
  const whole = t.data as Int8Array;
  const real = new Float32Array(whole.length);
  for (let i = 0; i < whole.length; i++) real[i] = whole[i]! * scale;
  return real;
}

/** Of single layers, by the name of their value. */
export interface LayersAlone {
  /** What each does by itself; of a model input, what rounding it does. */
  readonly sums: ReadonlyMap<string, ErrorSums>;
  /** How the float model's values lie on these data. */
  readonly reach: ReadonlyMap<string, Reach>;
  /** The float model's values, where calibration has no statistics since the scales were known. */
  readonly stats: ReadonlyMap<string, TensorStats>;
}

export const NOTHING_ALONE: LayersAlone = { sums: new Map(), reach: new Map(), stats: new Map() };

/** All values of a batch are held at once, in several forms: models with more than so many bytes of them are not looked at. */
const MOST_BYTES = 256 * 1024 * 1024;

function bytesOf({ graph }: Model, cuts: readonly Cut[]): number {
  const sizes = cuts.map(({ value }) =>
    (graph.types.get(value)?.dims ?? []).reduce<number>(
      (size, dim) => size * (typeof dim === "number" ? dim : 1),
      4,
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function entryOf<T>(entries: Map<string, T>, value: string, create: () => T): T {
  const entry = entries.get(value) ?? create();
  entries.set(value, entry);
  return entry;
}

interface Side {
  readonly session: Session;
  readonly made: Decoupled["made"];
}

function run(session: Session, feeds: Feeds): Promise<Map<string, Tensor>> {
  const wanted = new Set(session.inputNames);
  return session.run(new Map([...feeds].filter(([name]) => wanted.has(name))));
}

interface Sides {
  readonly cuts: readonly Cut[];
  /** The float model with every value at which it is taken apart. */
  readonly whole: Session;
  readonly float: Side;
  readonly fixed: Side;
}

async function openSides(
  backend: Backend,
  models: { readonly float: Model; readonly fixed: Model },
  { layers }: QuantizedGraph,
  cuts: readonly Cut[],
): Promise<Sides> {
  const apart = async (model: Model, at: readonly string[], wanted: readonly string[]): Promise<Side> => {
    const { graph, made } = decoupled(model.graph, at, wanted);
    return { session: await openSession(backend, { ...model, graph }, "single layers", "report"), made };
  };
  const values = cuts.map(({ value }) => value);
  const written = cuts.flatMap((cut) => cut.written ?? []);
  const { float, fixed } = models;
  const shown = { ...float, graph: withOutputs(float.graph, values) };
  return {
    cuts,
    whole: await openSession(backend, shown, "the optimized float model", "report"),
    float: await apart(
      float,
      values,
      layers.map(({ value }) => value),
    ),
    fixed: await apart(
      fixed,
      written,
      layers.map(({ integers: { name } }) => name),
    ),
  };
}

export class OwnErrors implements LayersAlone {
  readonly #sums = new Map<string, ErrorSums>();
  readonly #reach = new Map<string, ReachSums>();
  readonly #stats = new Map<string, TensorStats>();
  #left: number;

  private constructor(
    private readonly sides: Sides,
    private readonly quantized: QuantizedGraph,
    private readonly kernels: Kernels,
    runs: number,
  ) {
    this.#left = runs;
  }

  /** @param models at one batch. @param runs how many of those that `add` is given count. Undefined for a model that is too large for this. */
  static async open(
    { backend, kernels }: { readonly backend: Backend; readonly kernels: Kernels },
    models: { readonly float: Model; readonly fixed: Model },
    quantized: QuantizedGraph,
    runs: number,
  ): Promise<OwnErrors | undefined> {
    const cuts = cutsOf(quantized, models.float);
    if (bytesOf(models.float, cuts) > MOST_BYTES) return undefined;
    return new OwnErrors(await openSides(backend, models, quantized, cuts), quantized, kernels, runs);
  }

  get sums(): ReadonlyMap<string, ErrorSums> {
    return this.#sums;
  }

  get reach(): ReadonlyMap<string, Reach> {
    return this.#reach;
  }

  get stats(): ReadonlyMap<string, TensorStats> {
    return this.#stats;
  }

  /** The clean numbers, for both sides. */
  #clean(feeds: Feeds, values: ReadonlyMap<string, Tensor>): { float: Feeds; fixed: Feeds } {
    const float = new Map(values);
    const fixed = new Map(feeds);
    for (const { value, form, written, isReal } of this.sides.cuts) {
      const x = values.get(value);
      if (x?.dtype !== "float32") continue;
      const { scale, type } = form;
      const rounded = new Float32Array(x.data.length);
      this.kernels.fakeQuantize(x.data, { scale, qmin: type.qmin, qmax: type.qmax }, rounded);
      entryOf(this.#reach, value, () => new ReachSums()).add(x.data, scale, type);
      if (feeds.has(value)) entryOf(this.#sums, value, () => new ErrorSums()).add(x.data, rounded, 1);
      const real = tensor("float32", x.dims, rounded);
      float.set(value, real);
      if (written !== undefined) fixed.set(written, isReal ? real : integers(rounded, scale, type, x.dims));
    }
    return { float, fixed };
  }

  /** One batch; closes by itself behind the last that counts. */
  async add(feeds: Feeds): Promise<void> {
    if (this.#left === 0) return;
    const given = floatFeeds(feeds, this.quantized.plan.inputTypes ?? new Map());
    const values = new Map([...given, ...(await this.sides.whole.run(given))]);
    this.#observe(values);
    await this.#compare(this.#clean(feeds, values));
    if (--this.#left === 0) await this.#release();
  }

  #observe(values: ReadonlyMap<string, Tensor>): void {
    for (const [name, own] of this.quantized.plan.values) {
      const x = values.get(name);
      if (own.kind !== "own" || own.scale === undefined || x?.dtype !== "float32") continue;
      this.#stats.set(name, collect(this.#stats.get(name) ?? createStats(), x.data, this.kernels));
    }
  }

  async #compare(clean: { readonly float: Feeds; readonly fixed: Feeds }): Promise<void> {
    const left = await run(this.sides.float.session, clean.float);
    const right = await run(this.sides.fixed.session, clean.fixed);
    for (const { value, integers: form } of this.quantized.layers) {
      const l = left.get(this.sides.float.made.get(value) ?? "");
      const r = right.get(this.sides.fixed.made.get(form.name) ?? "");
      const real = r && realOf(r, form.scale);
      if (l?.dtype === "float32" && real)
        entryOf(this.#sums, value, () => new ErrorSums()).add(l.data, real, 1);
    }
  }

  async #release(): Promise<void> {
    await this.sides.whole.release();
    await this.sides.float.session.release();
    await this.sides.fixed.session.release();
  }

  async close(): Promise<void> {
    if (this.#left > 0) await this.#release();
    this.#left = 0;
  }
}
