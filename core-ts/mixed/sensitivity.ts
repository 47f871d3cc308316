/**
 * Second-order sensitivity of the model's outputs to each node, without gradients of a training framework.
 *
 * Loss of a float model f against its quantized self: L = Σ_k ½·‖f_k - f̂_k‖²/‖f_k‖² over outputs k. At the float model its gradient is 0 and its Hessian with
 * respect to a node's output y is exactly H = Σ_k JₖᵀJₖ/‖f_k‖², J being the Jacobian of the outputs. Its trace by Hutchinson's estimate: tr(H) = E[vᵀHv] =
 * E Σ_k ‖Jₖv‖²/‖f_k‖² for random v of ±1, Jv by the forward difference (f(y + εv) - f(y))/ε, ε being one step of the node's 8-bit grid.
 *
 *   Ω = tr(H)/n · ‖Q(y) - y‖²      (HAWQ-V2: Z. Dong et al., NeurIPS 2020, with outputs in the place of weights)
 *
 * ‖Q(y) - y‖² is what 8 bit does to y when the node's inputs are exact: rounding and clipping of y, and the rounding of the node's weights.
 */
import type { Feeds } from "../backend.ts";
import { openSession, withOutputs } from "../calibrate/calibrate.ts";
import type { Ranges } from "../calibrate/ranges.ts";
import type { PipelineHost, Prepared } from "../pipeline.ts";
import { intType } from "../quantize/scale.ts";
import { chooseScales } from "../quantize/thresholds.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type IntegerNode, quantizedNodes } from "./nodes.ts";
import { outputError, weightError } from "./own-error.ts";
import { PerturbedModel } from "./perturbed.ts";

/** Random directions for each sample and node. */
const DIRECTIONS = 2;

export interface Sensitivity {
  readonly node: string;
  readonly op: string;
  /** tr(H)/n: what a squared error of 1 in one element of the output costs, relative to the outputs' energy. */
  readonly trace: number;
  /** ‖Q(y) - y‖² by the rounding of the output and by the rounding of the weights. */
  readonly error: OwnError;
  /** Ω: the share of the outputs' energy that is lost when only this node has 8 bit. */
  readonly omega: number;
}

export interface OwnError {
  readonly output: number;
  readonly weights: number;
}

/** ±size, the same on every host (xorshift32, G. Marsaglia 2003). */
function direction(count: number, size: number, seed: number): Float32Array {
  let state = (seed * 2654435761) >>> 0 || 1;
  return Float32Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state & 1) === 0 ? size : -size;
  });
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

const sum = (a: readonly number[]): number => a.reduce((x, y) => x + y, 0);

/** Nodes whose float output has a static shape, with the 8-bit scale of that output. */
function subjects(prepared: Prepared, ranges: Ranges, host: PipelineHost) {
  const { plan, options, calibrationModel } = prepared;
  const scales = chooseScales(plan, ranges, { percent: options.percent, kernels: host.kernels });
  return quantizedNodes(plan).flatMap((node) => {
    const value = node.outputs[0]!;
    const own = plan.values.get(value);
    const type = calibrationModel.graph.types.get(value);
    const isStatic = type?.dtype === "float32" && type.dims?.every((dim) => typeof dim === "number");
    if (own?.kind !== "own" || !isStatic) return [];
    return [{ node, value, scale: scales.get(value)!.scale, type: intType(own.bits, own.signed) }];
  });
}

type Subject = ReturnType<typeof subjects>[number];

/** ‖Q(y) - y‖² of every subject, mean over the samples. */
async function ownErrors(
  prepared: Prepared,
  list: readonly Subject[],
  samples: readonly Feeds[],
  host: PipelineHost,
): Promise<OwnError[]> {
  const { graph } = prepared.calibrationModel;
  const inputOf = ({ node }: IntegerNode) => node.inputs[0]!;
  const seen = [...list.map(({ value }) => value), ...list.map(({ node }) => inputOf(node))].filter(
    (name) => !graph.initializers.has(name),
  );
  const session = await openSession(
    host.backend,
    { ...prepared.calibrationModel, graph: withOutputs(graph, seen) },
    "the float model",
  );
  const errors = list.map(() => ({ output: 0, weights: 0 }));
  const float = (t: Tensor | undefined) => (t?.dtype === "float32" ? t.data : undefined);
  for (const feeds of samples) {
    const results = await session.run(feeds);
    const at = (name: string) => float(results.get(name) ?? feeds.get(name));
    for (const [i, { node, value, scale, type }] of list.entries()) {
      const y = at(value)!;
      const share = y.length / samples.length;
      errors[i]!.output += share * outputError(y, scale, type, host.kernels);
      errors[i]!.weights += share * weightError(node, graph, at(inputOf(node)));
    }
  }
  await session.release();
  return errors;
}

/**
 * Sensitivities of the quantized nodes, in topological order. `prepared` plans 8 bit everywhere; `samples` are single samples for its calibration
 * model. Takes about 2 runs of the model for each sample and node; `onStep` counts nodes.
 */
export async function sensitivities(
  prepared: Prepared,
  { ranges, samples }: { readonly ranges: Ranges; readonly samples: readonly Feeds[] },
  host: PipelineHost,
  onStep: (done: number, total: number) => void,
): Promise<Sensitivity[]> {
  const list = subjects(prepared, ranges, host);
  const errors = await ownErrors(prepared, list, samples, host);
  const model = await PerturbedModel.open(
    prepared.calibrationModel,
    list.map(({ value }) => value),
    host.backend,
  );
  const base: Float32Array[][] = [];
  for (const feeds of samples) base.push(await model.run(feeds));
  const found: Sensitivity[] = [];
  for (const [i, { node, value, scale }] of list.entries()) {
    const size = model.size(value);
    const traces: number[] = [];
    for (const [s, feeds] of samples.entries()) {
      for (let k = 0; k < DIRECTIONS; k++) {
        const added = direction(size, scale, 1 + k + DIRECTIONS * (s + samples.length * i));
        traces.push(relativeError(await model.run(feeds, value, added), base[s]!) / (scale * scale));
      }
    }
    const trace = sum(traces) / (traces.length * size);
    const error = errors[i]!;
    const omega = trace * (error.output + error.weights);
    found.push({ node: node.node.name, op: node.node.op, trace, error, omega });
    onStep(i + 1, list.length);
  }
  await model.close();
  return found;
}
