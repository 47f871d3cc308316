import { UnsupportedError } from "../../../errors.ts";
import type { Node } from "../../../graph/graph.ts";
import { ALWAYS, type Rewrite, type RewriteContext } from "../rewrite.ts";

function inferenceOnly(node: Node, ctx: RewriteContext): readonly Node[] {
  const training = ctx.constant(node.inputs[2] ?? "");
  if (training?.dtype === "bool" && training.data[0] !== 0) {
    throw new UnsupportedError(
      `Dropout node "${node.name}" is in training mode, where its result is random; export the model in inference (eval) mode`,
      { node: node.name },
    );
  }
  const mask = node.outputs[1];
  if (mask === undefined || !ctx.isRead(mask)) node.outputs = node.outputs.slice(0, 1);
  node.attrs.delete("is_test");
  return [node];
}

/** Until opset 11 the content of the mask in inference was not defined (ONNX Runtime gives zeros, since 12 ones). */
function refuseMask(node: Node): readonly Node[] {
  if (node.outputs.length === 1) return [node];
  throw new UnsupportedError(
    `the mask of Dropout node "${node.name}" is used, which inference does not define before opset 12; export the model in inference (eval) mode, or with opset 12 or later`,
    { node: node.name },
  );
}

export const DROPOUT: readonly Rewrite[] = [
  { op: "Dropout", until: ALWAYS, rewrite: inferenceOnly },
  { op: "Dropout", until: 12, rewrite: refuseMask },
];
