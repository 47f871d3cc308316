/**
 * LayerNormalization(x, gain, offset) → products by weights W [K, N]  →  gain/s and offset/s, and s·W, channel by channel: the same function.
 * s[k] = √(r[k]/w[k])·c; r[k] = 4·|gain[k]| + |offset[k]| is how far channel k reaches (a normalised value is seldom beyond ±4), w[k] the largest
 * |W[k, n]|, and c such that the widest channel stays as wide. A few channels of transformers have many times the gain of the others; on one scale
 * for all of them the others are left with a few steps. Afterwards channels and rows of weights have the same spread (G. Xiao et al. 2022,
 * "SmoothQuant", with α = 1/2; here without data).
 * Conditions: gain, offset and weights are constant; one axis is normalised; nothing but such products reads the result, at once or reshaped.
 */
import { intAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { type TensorOf, tensor } from "../tensor/tensor.ts";
import { renameValue } from "./rename-value.ts";
import { nodePass } from "./rule.ts";
import type { Site } from "./site.ts";

/** Channels that differ less from balance are left alone; what is balanced already stays as it is. */
const NEAR = 1.25;

function floatConstant(name: string | undefined, site: Site): TensorOf<"float32"> | undefined {
  const found = site.constant(name);
  return found?.dtype === "float32" ? found : undefined;
}

/** Products that read the value, and the values on the way; undefined when anything else does. */
function productsBehind(
  value: string,
  width: number,
  site: Site,
): { products: Node[]; values: string[] } | undefined {
  if (site.index.isOutput(value)) return undefined;
  const products: Node[] = [];
  const values = [value];
  for (const node of site.index.consumers(value)) {
    const isData = node.domain === "" && node.inputs[0] === value && node.inputs.lastIndexOf(value) === 0;
    const weight = floatConstant(node.inputs[1], site);
    if (isData && (node.op === "Gemm" || node.op === "MatMul") && weight?.dims.length === 2)
      products.push(node);
    else if (isData && node.op === "Reshape" && site.dims(node.outputs[0]!)?.at(-1) === width) {
      const behind = productsBehind(node.outputs[0]!, width, site);
      if (!behind) return undefined;
      products.push(...behind.products);
      values.push(...behind.values);
    } else return undefined;
  }
  return products.length > 0 ? { products, values } : undefined;
}

/** Largest |w| of each row over all products. */
function rowMaxima(products: readonly Node[], width: number, site: Site): Float64Array {
  const most = new Float64Array(width);
  for (const { inputs } of products) {
    const { data, dims } = floatConstant(inputs[1], site)!;
    data.forEach((w, i) => {
      const k = Math.floor(i / dims[1]!);
      most[k] = Math.max(most[k]!, Math.abs(w));
    });
  }
  return most;
}

/** s of each channel; 1 for one that is always 0 or that nobody weighs. */
function balance(reach: readonly number[], weights: Float64Array): number[] {
  const widest = Math.max(...reach);
  const middle = reach.map((r, k) => Math.sqrt(r * weights[k]!));
  const c = Math.max(...middle) / widest;
  return reach.map((r, k) =>
    middle[k] === 0 || !Number.isFinite(middle[k]!) ? 1 : Math.sqrt(r / weights[k]!) * c,
  );
}

function isNear(s: readonly number[]): boolean {
  return s.every((one) => one < NEAR && one > 1 / NEAR);
}

/** gain and offset of a normalisation over the last axis. */
function channelsOf(
  node: Node,
  site: Site,
): { gain: TensorOf<"float32">; offset?: TensorOf<"float32"> } | undefined {
  const dims = site.dims(node.inputs[0]!);
  const [gain, offset] = [floatConstant(node.inputs[1], site), floatConstant(node.inputs[2], site)];
  const axis = intAttr(node, "axis", -1);
  const isLast = dims !== undefined && (axis === -1 || axis === dims.length - 1);
  if (!isLast || gain?.dims.join() !== `${dims.at(-1)}` || node.outputs.slice(1).some((name) => name !== ""))
    return undefined;
  if (!node.inputs[2]) return { gain };
  return offset?.dims.join() === gain.dims.join() ? { gain, offset } : undefined;
}

const scaled = (t: TensorOf<"float32">, by: (i: number) => number): TensorOf<"float32"> =>
  tensor(
    "float32",
    t.dims,
    t.data.map((v, i) => v * by(i)),
  );

export const balanceChannels = nodePass(
  "balance-channels",
  ["LayerNormalization", "SimplifiedLayerNormalization"],
  (node, site) => {
    const channels = channelsOf(node, site);
    const { gain, offset } = channels ?? {};
    const width = gain?.data.length ?? 0;
    const behind = gain && productsBehind(node.outputs[0]!, width, site);
    if (!gain || !behind) return undefined;
    const reach = Array.from(gain.data, (g, k) => 4 * Math.abs(g) + Math.abs(offset?.data[k] ?? 0));
    const s = balance(reach, rowMaxima(behind.products, width, site));
    if (isNear(s)) return undefined;
    const inputs = [gain, ...(offset ? [offset] : [])].map((t, i) =>
      site.addConstant(
        `${node.inputs[i + 1]}_balanced`,
        scaled(t, (k) => 1 / s[k]!),
      ),
    );
    node.inputs = [node.inputs[0]!, ...inputs];
    for (const product of behind.products) {
      const weight = floatConstant(product.inputs[1], site)!;
      const columns = weight.dims[1]!;
      product.inputs[1] = site.addConstant(
        `${product.inputs[1]}_balanced`,
        scaled(weight, (i) => s[Math.floor(i / columns)]!),
      );
    }
    for (const value of behind.values) renameValue(value, `${value}_balanced`, site);
    return { did: `balanced with ${behind.products.length} product(s) of weights behind it` };
  },
);
