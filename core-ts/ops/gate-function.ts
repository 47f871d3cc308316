/** Activation functions of RNN, GRU and LSTM as 16-bit tables. */

import { floatsAttr, stringsAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import type { Kernels, UnaryFunction } from "../kernels/kernels.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { clamp, roundHalfEven } from "../quantize/scale.ts";
import { tensor } from "../tensor/tensor.ts";
import type { LowerContext } from "./record.ts";

/** What ONNX says of a function: which kernel it is, the defaults of its parameters, and where it stops changing. */
interface Known {
  readonly fn: UnaryFunction;
  readonly alpha?: number;
  readonly beta?: number;
  /** Beyond this |x| the function is its limit to within half of 2^-14; absent: nowhere. */
  limit?(alpha: number, beta: number): number;
}

const KNOWN: Readonly<Record<string, Known>> = {
  elu: { fn: "elu", alpha: 1 },
  hardsigmoid: {
    fn: "hard_sigmoid",
    alpha: 0.2,
    beta: 0.5,
    limit: (alpha, beta) => Math.max(Math.abs(beta), Math.abs(1 - beta)) / Math.abs(alpha),
  },
  leakyrelu: { fn: "leaky_relu", alpha: 0.01 },
  relu: { fn: "leaky_relu" },
  sigmoid: { fn: "sigmoid", limit: () => 12 },
  softplus: { fn: "softplus" },
  softsign: { fn: "softsign" },
  tanh: { fn: "tanh", limit: () => 6 },
  thresholdedrelu: { fn: "thresholded_relu", alpha: 1 },
};

export interface GateFunction {
  readonly fn: UnaryFunction;
  readonly alpha: number;
  readonly beta: number;
  readonly limit: number;
}

interface Named extends GateFunction {
  readonly name: string;
}

/** The functions the node names, each with its parameters, which are listed in order for those that have any; undefined for one that is not known. */
function named(node: Node, defaults: readonly string[]): (Named | string)[] {
  const names = stringsAttr(node, "activations", defaults);
  const [alphas, betas] = ["activation_alpha", "activation_beta"].map((list) => [
    ...floatsAttr(node, list, []),
  ]);
  return names.map((name) => {
    const known = KNOWN[name.toLowerCase()];
    if (!known) return name;
    const alpha = known.alpha === undefined ? 0 : (alphas!.shift() ?? known.alpha);
    const beta = known.beta === undefined ? 0 : (betas!.shift() ?? known.beta);
    const limit = known.limit?.(alpha, beta) ?? Number.POSITIVE_INFINITY;
    return { name, fn: known.fn, alpha, beta, limit };
  });
}

/** The functions of one direction, which all directions must have; or why there are none. */
export function gateFunctions(node: Node, defaults: readonly string[]): readonly GateFunction[] | string {
  const all = named(node, defaults);
  const unknown = all.find((one) => typeof one === "string");
  if (unknown !== undefined) return `its activation ${unknown} has no table`;
  const functions = all as Named[];
  const count = defaults.length;
  const same = (a: Named, b: Named) => a.fn === b.fn && a.alpha === b.alpha && a.beta === b.beta;
  if (functions.length % count !== 0 || !functions.every((one, i) => same(one, functions[i % count]!)))
    return "its directions have different activations";
  return functions.slice(0, count);
}

export interface GateTable {
  readonly name: string;
  /** 2^-bits: 1 is an integer. */
  readonly scale: number;
  readonly bits: number;
  /** Bound of |f|. */
  readonly largest: number;
}

function valuesOf(kernels: Kernels, { fn, alpha, beta }: GateFunction, x: Float64Array): Float64Array {
  return kernels.evaluate(fn, x, alpha, beta);
}

/** f over the int16 grid of `scale`, |x| bounded by `clip`; on the scale 2^-14, or a coarser power of two where |f| passes 1. */
export function gateTable(
  ctx: LowerContext,
  role: string,
  fn: GateFunction,
  grid: { readonly scale: number; readonly clip: number },
): GateTable {
  const count = powerOfTwo(ctx.lutLength) + 1;
  const step = powerOfTwo(16 - ctx.lutLength);
  const x = Float64Array.from({ length: count }, (_, i) =>
    clamp((i * step - 32768) * grid.scale, -grid.clip, grid.clip),
  );
  const values = valuesOf(ctx.kernels, fn, x);
  const most = values.reduce((largest, v) => Math.max(largest, Math.abs(v)), 0);
  let bits = 14;
  while (powerOfTwo(14 - bits) < most) bits--;
  const [largest, scale] = [powerOfTwo(14 - bits), powerOfTwo(-bits)];
  const entries = Int16Array.from(values, (v) => clamp(roundHalfEven(v / scale), -32768, 32767));
  return { name: ctx.constantTensor(role, tensor("int16", [count], entries)), scale, bits, largest };
}
