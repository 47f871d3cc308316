/**
 * Second-order sensitivity of the model's outputs to each node, without gradients of a training framework.
 *
 * Loss of a float model f against its quantized self: L = Σ_k ½·‖f_k - f̂_k‖²/‖f_k‖² over outputs k. At the float model its gradient is 0 and its Hessian with
 * respect to a node's output y is exactly H = Σ_k JₖᵀJₖ/‖f_k‖², J being the Jacobian of the outputs. Its trace by Hutchinson's estimate: tr(H) = E[vᵀHv] =
 * E Σ_k ‖Jₖv‖²/‖f_k‖² for random v of ±1, Jv by the forward difference (f(y + εv) - f(y))/ε, ε being one step of the node's 8-bit grid.
 *
 *   Ω = tr(H)/n · ‖Q(y) - y‖²      (HAWQ-V2: Z. Dong et al., NeurIPS 2020, with outputs in the place of weights)
 *
 * ‖Q(y) - y‖² is what 8 bit does to y when the node's inputs are exact, on all calibration data: rounding and clipping of y, and the rounding of the
 * node's weights. Where several nodes read y, each one's share of Ω is measured by the same directions at its input alone.
 */
import { checkAborted } from "../aborted.ts";
import type { Feeds } from "../backend.ts";
import type { Ranges } from "../calibrate/ranges.ts";
import { floatFeeds } from "../edges/input-types.ts";
import type { GraphValue } from "../graph/graph.ts";
import type { PipelineHost, Prepared } from "../pipeline.ts";
import { scaleOwner } from "../plan/plan.ts";
import { intType } from "../quantize/scale.ts";
import { chooseScales } from "../quantize/thresholds.ts";
import { xorshift32 } from "../xorshift.ts";
import { outputError, weightError } from "./own-error.ts";
import { PerturbedModel } from "./perturbed.ts";
import { type Source, sources } from "./uses.ts";

export interface Sensitivity {
  /** The node that makes the value; undefined where no integer op does, as for model inputs. */
  readonly node: string | undefined;
  readonly op: string;
  readonly value: string;
  /** tr(H)/n: what a squared error of 1 in one element of the value costs, relative to the outputs' energy. */
  readonly trace: number;
  /** ‖Q(y) - y‖² by the rounding of the output and by the rounding of the weights. */
  readonly error: OwnError;
  /** Ω: the share of the outputs' energy that is lost when only this node has 8 bit. */
  readonly omega: number;
  /** Who is hit by the rounding of the output, and how much of its cost is theirs; the shares add up to 1. */
  readonly uses: readonly { readonly readers: Source["uses"][number]["readers"]; readonly share: number }[];
}

export interface OwnError {
  readonly output: number;
  readonly weights: number;
}

/** ±size, the same on every host. */
function direction(count: number, size: number, seed: number): Float32Array {
  const next = xorshift32(seed * 2654435761);
  return Float32Array.from({ length: count }, () => ((next() & 1) === 0 ? size : -size));
}

/** Σ_k ‖a_k - b_k‖²/‖b_k‖². */
function relativeError(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let total = 0;
  for (const [k, right] of b.entries()) {
    let [difference, energy] = [0, 0];
    for (let i = 0; i < right.length; i++) {
      const d = a[k]![i]! - right[i]!;
      difference += d * d;
      energy += right[i]! * right[i]!;
    }
    if (energy > 0) total += difference / energy;
  }
  return total;
}

function isStatic({ type }: Pick<GraphValue, "type">): boolean {
  return type?.dtype === "float32" && type.dims?.every((dim) => typeof dim === "number") === true;
}

/**
 * What the loss looks at: the model's outputs; where none of them is float32 of static shape (indices, detections behind a suppression), the values that no
 * quantized node reads.
 */
function observed({ plan, calibrationModel: { graph } }: Prepared): readonly GraphValue[] {
  const outputs = graph.outputs.map(({ name }) => ({ name, type: graph.types.get(name) ?? null }));
  if (outputs.some(isStatic)) return outputs.filter(isStatic);
  const ends = sources(plan, graph).filter(({ uses }) =>
    uses.every(({ readers }) => readers.every((reader) => reader === undefined)),
  );
  return ends.map(({ value }) => ({ name: value, type: graph.types.get(value) ?? null })).filter(isStatic);
}

interface Subject extends Source {
  readonly scale: number;
  readonly error: OwnError;
}

/** The values whose float form has a static shape, with the 8-bit scale and what it does to them. */
function subjects(
  prepared: Prepared,
  outputs: readonly GraphValue[],
  ranges: Ranges,
  host: PipelineHost,
): Subject[] {
  const { plan, options } = prepared;
  const graph = { ...prepared.calibrationModel.graph, outputs: [...outputs] };
  const scales = chooseScales(plan, ranges, { percent: options.percent, kernels: host.kernels });
  return sources(plan, graph).flatMap((source) => {
    const { value, maker, uses } = source;
    const own = plan.values.get(value);
    const type = graph.types.get(value) ?? null;
    if (own?.kind !== "own" || !isStatic({ type }) || plan.inputTypes?.has(value) || uses.length === 0)
      return [];
    const count = (type!.dims as number[]).reduce((product, dim) => product * dim, 1);
    const { scale } = scales.get(value)!;
    const input = maker && ranges.stats.get(scaleOwner(plan, maker.node.inputs[0]!) ?? "");
    const output = count * outputError(ranges.stats.get(value), scale, intType(own.bits, own.signed));
    const weights = maker ? count * weightError(maker, graph, input) : 0;
    return [{ ...source, scale, error: { output, weights } }];
  });
}

/** One direction for each sample: the mean of what it does to the outputs, at all uses and at each of several. */
async function traces(
  model: PerturbedModel,
  { value, uses, scale }: Subject,
  samples: readonly { readonly feeds: Feeds; readonly base: readonly Float32Array[] }[],
  seed: number,
): Promise<{ whole: number; parts: number[] }> {
  const size = model.size(value);
  const parts = uses.map(() => 0);
  let whole = 0;
  for (const [s, { feeds, base }] of samples.entries()) {
    const added = direction(size, scale, 1 + s + samples.length * seed);
    const unit = 1 / (scale * scale * size * samples.length);
    whole += unit * relativeError(await model.run(feeds, { value }, added), base);
    for (const use of uses.length > 1 ? uses.keys() : [])
      parts[use] = parts[use]! + unit * relativeError(await model.run(feeds, { value, use }, added), base);
  }
  return { whole, parts };
}

function sharesOf(parts: readonly number[]): number[] {
  const total = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => (total > 0 ? part / total : 1 / parts.length));
}

/**
 * Sensitivities of the border's values, then of the quantized nodes in topological order. `prepared` plans 8 bit everywhere; `samples` are single samples
 * for its calibration model. Takes one run of the model for each sample and value, and as many again for each reader of a value that has several;
 * `onStep` counts values.
 */
export async function sensitivities(
  prepared: Prepared,
  { ranges, samples }: { readonly ranges: Ranges; readonly samples: readonly Feeds[] },
  host: PipelineHost,
  onStep: (done: number, total: number) => void,
): Promise<Sensitivity[]> {
  const outputs = observed(prepared);
  const list = subjects(prepared, outputs, ranges, host);
  const model = await PerturbedModel.open(prepared.calibrationModel, list, outputs, host.backend);
  const based: { feeds: Feeds; base: Float32Array[] }[] = [];
  for (const one of samples) {
    const feeds = floatFeeds(one, prepared.plan.inputTypes ?? new Map());
    based.push({ feeds, base: await model.run(feeds) });
  }
  const found: Sensitivity[] = [];
  for (const [i, subject] of list.entries()) {
    const { value, maker, uses, error } = subject;
    const { whole: trace, parts } = await traces(model, subject, based, i);
    const shares = sharesOf(parts);
    found.push({
      node: maker?.node.name,
      op: maker?.node.op ?? "",
      value,
      trace,
      error,
      omega: trace * (error.output + error.weights),
      uses: uses.map(({ readers }, k) => ({ readers, share: shares[k]! })),
    });
    checkAborted(host);
    onStep(i + 1, list.length);
  }
  await model.close();
  return found;
}
