/**
 * BatchNormalization, or Mul, Div, Add, Sub by a constant per channel, behind Conv, ConvTranspose, Gemm or MatMul by weights
 *   →  the linear op alone, with w'[c] = w[c]·scale[c] and b'[c] = b[c]·scale[c] + offset[c]; MatMul with an offset becomes Gemm.
 * For BatchNormalization scale = γ/√(var+ε), offset = β - mean·scale (S. Ioffe, C. Szegedy 2015).
 * Conditions: weights, bias and constants are constant float32; nobody else reads the linear op's result. A MatMul of more than two
 * axes is folded through Reshape → Gemm → Reshape, since Gemm takes matrices only.
 */
import { intAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import type { ChannelAffine } from "../ops/batch-normalization.ts";
import { channelLayout, scaledWeights } from "../quantize/weights.ts";
import { int64Tensor, type Tensor, type TensorOf, tensor } from "../tensor/tensor.ts";
import { AFFINE_OPS, channelAffine } from "./channel-affine.ts";
import { nodePass, type Outcome } from "./rule.ts";
import type { NewNode, Site } from "./site.ts";

const LINEAR = ["Conv", "ConvTranspose", "Gemm", "MatMul"];

interface Linear {
  readonly node: Node;
  readonly weight: TensorOf<"float32">;
  readonly bias: Tensor | undefined;
  readonly channels: number;
  /** Axis of the result along which the channels lie. */
  readonly axis: number;
}

/** The linear op that makes `value`, or why it can't take anything in. */
function linearBefore(value: string, site: Site): Linear | string | undefined {
  const node = site.index.producer(value);
  if (node?.domain !== "" || !LINEAR.includes(node.op)) return undefined;
  if (!site.soleProducer(value)) return `other nodes read the result of ${node.op} "${node.name}"`;
  const weight = site.constant(node.inputs[1]);
  const bias = node.inputs[2] ? site.constant(node.inputs[2]) : undefined;
  const shape = site.dims(value);
  if (weight?.dtype !== "float32" || (node.inputs[2] && bias?.dtype !== "float32"))
    return `weight or bias of ${node.op} "${node.name}" are not constant`;
  const isMatrix = node.op === "Gemm" || node.op === "MatMul";
  if (isMatrix && (weight.dims.length !== 2 || !shape || shape.length < 2)) return undefined;
  const layout = channelLayout(node.op, weight.dims, intAttr(node, "group", 1));
  const channels = layout.groups * layout.channels;
  if (bias && bias.dims.join() !== `${channels}`) return undefined;
  return { node, weight, bias, channels, axis: isMatrix ? shape!.length - 1 : 1 };
}

/** New weights and bias as initializers; the bias is left out when it is 0 and there was none. */
function foldedInputs(linear: Linear, affine: ChannelAffine, site: Site): string[] {
  const { node, weight, bias } = linear;
  const layout = channelLayout(node.op, weight.dims, intAttr(node, "group", 1));
  const unchanged = affine.scale.every((s) => s === 1);
  const scaled = tensor("float32", weight.dims, scaledWeights(weight.data, layout, affine.scale));
  const w = unchanged ? node.inputs[1]! : site.addConstant(`${node.inputs[1]}_folded`, scaled);
  const before = bias ? (bias.data as Float32Array) : new Float32Array(linear.channels);
  const b = before.map((value, c) => value * affine.scale[c]! + affine.offset[c]!);
  if (!bias && b.every((value) => value === 0)) return [node.inputs[0]!, w];
  const wanted = bias ? `${node.inputs[2]}_folded` : `${node.name}/bias`;
  return [node.inputs[0]!, w, site.addConstant(wanted, tensor("float32", [b.length], b))];
}

/** MatMul [..., K]·[K, N] + bias as Reshape → Gemm → Reshape. */
function gemmOfMatrices(linear: Linear, inputs: readonly string[], output: string, site: Site): NewNode[] {
  const { node, weight } = linear;
  const shape = site.dims(output)!;
  const [terms, columns] = [weight.dims[0]!, weight.dims[1]!];
  const rows = shape.slice(0, -1).reduce((product, dim) => product * dim, 1);
  const matrix = (role: string, dims: readonly number[]) =>
    site.addValue(`${node.name}/${role}`, { dtype: "float32", dims });
  const target = (role: string, dims: readonly number[]) =>
    site.addConstant(`${node.name}/${role}_shape`, int64Tensor(dims));
  const before = matrix("rows", [rows, terms]);
  const product = matrix("product", [rows, columns]);
  const name = node.name;
  return [
    {
      name: `${name}/to_rows`,
      op: "Reshape",
      inputs: [inputs[0]!, target("rows", [rows, terms])],
      outputs: [before],
    },
    { name, op: "Gemm", inputs: [before, ...inputs.slice(1)], outputs: [product], origins: node.origins },
    {
      name: `${name}/from_rows`,
      op: "Reshape",
      inputs: [product, target("result", shape)],
      outputs: [output],
    },
  ];
}

function fold(linear: Linear, node: Node, affine: ChannelAffine, site: Site): Outcome {
  const before = linear.node;
  const inputs = foldedInputs(linear, affine, site);
  const output = node.outputs[0]!;
  before.origins.push(...node.origins, node.name);
  if (before.op === "MatMul" && inputs.length === 3) {
    const news =
      linear.axis === 1
        ? [{ name: before.name, op: "Gemm", inputs, outputs: [output], origins: before.origins }]
        : gemmOfMatrices(linear, inputs, output, site);
    site.replace(before, news, [node]);
  } else {
    before.inputs = inputs;
    before.outputs = [output];
    site.remove(node);
  }
  return { did: `folded into ${before.op} "${before.name}"` };
}

export const foldAffine = nodePass("fold-affine", AFFINE_OPS, (node, site) => {
  for (const value of node.op === "BatchNormalization" ? [node.inputs[0]!] : node.inputs) {
    const linear = linearBefore(value, site);
    if (linear === undefined) continue;
    const isBatchNorm = node.op === "BatchNormalization";
    if (typeof linear === "string") return isBatchNorm ? { refused: linear } : undefined;
    const affine = channelAffine(node, value, linear.axis, site);
    if (affine) return fold(linear, node, affine, site);
    if (isBatchNorm) return { refused: "its parameters are not constant" };
  }
  return undefined;
});
