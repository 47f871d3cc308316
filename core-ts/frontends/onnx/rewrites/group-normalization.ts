import { attr, intAttr } from "../../../graph/attributes.ts";
import type { Node } from "../../../graph/graph.ts";
import { int64Tensor } from "../../../tensor/tensor.ts";
import { newNode, operand, type Rewrite, type RewriteContext } from "../rewrite.ts";

/**
 * GroupNormalization-18(x, scale[groups], bias[groups]) → GroupNormalization-21(x, scale[channels], bias[channels]), each value repeated
 * for the channels of its group: Reshape(Expand(Reshape(v, [groups, 1]), [1, channels / groups]), [channels]). The number of channels is read
 * from x itself; where shapes are fixed, constant folding leaves two constants.
 */
function rewrite(node: Node, ctx: RewriteContext): readonly Node[] {
  const groups = intAttr(node, "num_groups", 1);
  const nodes: Node[] = [];
  const emit = (op: string, inputs: string[], name: string, attrs = {}): string => {
    const made = newNode(op, inputs, ctx.newValue(`${node.name}_${name}`), attrs);
    nodes.push(made);
    return made.outputs[0]!;
  };
  const constant = (name: string, values: number[]): string =>
    ctx.addConstant(`${node.name}_${name}`, int64Tensor(values));
  const channels = emit("Shape", [operand(node, 0)], "channels", { start: attr.int(1), end: attr.int(2) });
  const count = emit("Div", [channels, constant("groups", [groups])], "channels_per_group");
  const repeated = emit("Concat", [constant("one", [1]), count], "repeated", { axis: attr.int(0) });
  const column = constant("column", [groups, 1]);
  node.inputs = node.inputs.map((name, i) => {
    if (i === 0) return name;
    const upright = emit("Reshape", [name, column], `${i}_column`);
    return emit("Reshape", [emit("Expand", [upright, repeated], `${i}_matrix`), channels], `${i}_channels`);
  });
  return [...nodes, node];
}

export const GROUP_NORMALIZATION: readonly Rewrite[] = [{ op: "GroupNormalization", until: 21, rewrite }];
