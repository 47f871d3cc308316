import { attr, floatAttr } from "../../../graph/attributes.ts";
import type { Node } from "../../../graph/graph.ts";
import { float32Scalar } from "../../../tensor/tensor.ts";
import { ALWAYS, newNode, operand, type Rewrite, type RewriteContext, result } from "../rewrite.ts";

/** Domain of the ops that ONNX Runtime's own optimizer and exporters for it write. */
export const CONTRIB_DOMAIN = "com.microsoft";

/** x, or x + bias where input 1 is given. */
function biased(node: Node, ctx: RewriteContext): { value: string; nodes: Node[] } {
  const x = operand(node, 0);
  if (!node.inputs[1]) return { value: x, nodes: [] };
  const sum = newNode("Add", [x, node.inputs[1]], ctx.newValue(`${node.name}_biased`));
  return { value: sum.outputs[0]!, nodes: [sum] };
}

/** Gelu(x), BiasGelu(x, bias), FastGelu(x, bias?) → Gelu(x + bias). */
function gelu(approximate: "none" | "tanh"): Rewrite["rewrite"] {
  return (node, ctx) => {
    const { value, nodes } = biased(node, ctx);
    node.op = "Gelu";
    node.domain = "";
    node.inputs = [value];
    node.attrs = new Map([["approximate", attr.string(approximate)]]);
    return [...nodes, node];
  };
}

/** QuickGelu(x) → x · Sigmoid(alpha · x); other types than float32 stay as they are. */
function quickGelu(node: Node, ctx: RewriteContext): readonly Node[] {
  const x = operand(node, 0);
  if (ctx.floatType(x) !== "float32") return [node];
  const alpha = float32Scalar(floatAttr(node, "alpha", 1.702));
  const factor = ctx.addConstant(`${node.name}_alpha`, alpha);
  const scaled = newNode("Mul", [x, factor], ctx.newValue(`${node.name}_scaled`));
  const gate = newNode("Sigmoid", scaled.outputs, ctx.newValue(`${node.name}_gate`));
  return [scaled, gate, { ...newNode("Mul", [x, gate.outputs[0]!], result(node)), name: node.name }];
}

/** Activations of that domain in standard ops. */
export const CONTRIB: readonly Rewrite[] = [
  { op: "BiasGelu", until: ALWAYS, rewrite: gelu("none") },
  { op: "FastGelu", until: ALWAYS, rewrite: gelu("tanh") },
  { op: "Gelu", until: ALWAYS, rewrite: gelu("none") },
  { op: "QuickGelu", until: ALWAYS, rewrite: quickGelu },
];
