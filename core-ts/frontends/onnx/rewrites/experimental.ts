import { UnsupportedError } from "../../../errors.ts";
import { attr, floatAttr, intAttr } from "../../../graph/attributes.ts";
import type { Node } from "../../../graph/graph.ts";
import { float32Scalar, int64Tensor, tensor } from "../../../tensor/tensor.ts";
import { ALWAYS, newNode, operand, type Rewrite, type RewriteContext } from "../rewrite.ts";

/** ImageScaler(x, scale, bias per channel) → x · scale + bias. */
function imageScaler(node: Node, ctx: RewriteContext): readonly Node[] {
  const found = node.attrs.get("bias");
  const bias = found?.kind === "floats" ? found.value : [];
  const scale = ctx.addConstant(`${node.name}_scale`, float32Scalar(floatAttr(node, "scale", 1)));
  const perChannel = tensor("float32", [1, bias.length, 1, 1], Float32Array.from(bias));
  const scaled = newNode("Mul", [operand(node, 0), scale], ctx.newValue(`${node.name}_scaled`));
  node.op = "Add";
  node.attrs.clear();
  node.inputs = [scaled.outputs[0]!, ctx.addConstant(`${node.name}_bias`, perChannel)];
  return [scaled, node];
}

/** MeanVarianceNormalization with across_channels → with axes, or only x - mean when normalize_variance is 0. */
function meanVariance(node: Node, ctx: RewriteContext): readonly Node[] {
  const axes = intAttr(node, "across_channels", 0) === 1 ? [0, 1, 2, 3] : [0, 2, 3];
  const divides = intAttr(node, "normalize_variance", 1) === 1;
  node.attrs.clear();
  if (divides) {
    node.attrs.set("axes", attr.ints(axes));
    return [node];
  }
  const [x, reduced] = [operand(node, 0), ctx.addConstant(`${node.name}_axes`, int64Tensor(axes))];
  const mean = newNode("ReduceMean", [x, reduced], ctx.newValue(`${node.name}_mean`));
  node.op = "Sub";
  node.inputs = [x, mean.outputs[0]!];
  return [mean, node];
}

function refuse(node: Node): readonly Node[] {
  throw new UnsupportedError(
    `${node.op} (node "${node.name}") was an experiment of early ONNX and never became an operator; export the model again with a current exporter`,
    { node: node.name },
  );
}

const REFUSED = [
  ...["ATen", "Affine", "ConstantFill", "Crop", "DynamicSlice", "GRUUnit", "GivenTensorFill"],
  ...["ParametricSoftplus", "Scale", "ScaledTanh"],
];

/** Ops that early files hold and that are in no opset; the two that public models use are expressed in what there is. */
export const EXPERIMENTAL: readonly Rewrite[] = [
  { op: "ImageScaler", until: ALWAYS, rewrite: imageScaler },
  { op: "MeanVarianceNormalization", until: 9, rewrite: meanVariance },
  ...REFUSED.map((op): Rewrite => ({ op, until: ALWAYS, rewrite: refuse })),
];
