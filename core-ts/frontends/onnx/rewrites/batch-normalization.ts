import { UnsupportedError } from "../../../errors.ts";
import { floatAttr, intAttr } from "../../../graph/attributes.ts";
import type { Node } from "../../../graph/graph.ts";
import { float32Scalar } from "../../../tensor/tensor.ts";
import { ALWAYS, newNode, operand, type Rewrite, type RewriteContext, result } from "../rewrite.ts";

/**
 * BatchNormalization-7(x, scale, b, mean, var) with spatial = 0, whose parameters have the shape of one sample →
 * (x - mean) / sqrt(var + epsilon) · scale + b. ONNX, operator changelog, version 7.
 */
function perElement(node: Node, ctx: RewriteContext): readonly Node[] {
  const x = operand(node, 0);
  const [scale, bias, mean, variance] = [
    operand(node, 1),
    operand(node, 2),
    operand(node, 3),
    operand(node, 4),
  ];
  const epsilon = ctx.addConstant(`${node.name}_epsilon`, float32Scalar(floatAttr(node, "epsilon", 1e-5)));
  const nodes: Node[] = [];
  const emit = (op: string, inputs: string[], name: string): string => {
    const made = newNode(op, inputs, ctx.newValue(`${node.name}_${name}`));
    nodes.push(made);
    return made.outputs[0]!;
  };
  const centered = emit("Sub", [x, mean], "centered");
  const deviation = emit("Sqrt", [emit("Add", [variance, epsilon], "variance")], "deviation");
  const scaled = emit("Mul", [emit("Div", [centered, deviation], "normalized"), scale], "scaled");
  const last = newNode("Add", [scaled, bias], result(node));
  last.name = node.name;
  return [...nodes, last];
}

function spatial(node: Node, ctx: RewriteContext): readonly Node[] {
  const perChannel = intAttr(node, "spatial", 1) === 1;
  node.attrs.delete("spatial");
  return perChannel ? [node] : perElement(node, ctx);
}

/** In inference only the first output has a meaning; the running statistics behind it are left over from training. */
function inferenceOnly(node: Node, ctx: RewriteContext): readonly Node[] {
  const statistic = node.outputs.slice(1).find((name) => name !== "" && ctx.isRead(name));
  if (intAttr(node, "training_mode", 0) !== 0 || statistic !== undefined) {
    throw new UnsupportedError(
      `BatchNormalization node "${node.name}" is in training mode, where its result depends on the batch; export the model in inference (eval) mode`,
      { node: node.name },
    );
  }
  node.outputs = node.outputs.slice(0, 1);
  for (const name of ["is_test", "training_mode", "consumed_inputs"]) node.attrs.delete(name);
  return [node];
}

export const BATCH_NORMALIZATION: readonly Rewrite[] = [
  { op: "BatchNormalization", until: ALWAYS, rewrite: inferenceOnly },
  { op: "BatchNormalization", until: 9, rewrite: spatial },
];
