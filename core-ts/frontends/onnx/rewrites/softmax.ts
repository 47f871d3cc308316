import { attr, intAttr } from "../../../graph/attributes.ts";
import type { Dim, Node } from "../../../graph/graph.ts";
import { newNode, operand, type Rewrite, type RewriteContext, result } from "../rewrite.ts";

/**
 * The axis over which the new form computes the same, if there is one: the old form joins all axes from `axis` on, which is one axis when at
 * most one of them is longer than 1.
 */
function equivalentAxis(dims: readonly Dim[] | undefined, axis: number): number | undefined {
  if (axis === -1) return axis;
  if (!dims) return undefined;
  const first = axis < 0 ? axis + dims.length : axis;
  const long = dims.flatMap((dim, i) => (i >= first && dim !== 1 ? [i] : []));
  if (long.length > 1 || first >= dims.length) return undefined;
  return long[0] ?? first;
}

/**
 * Softmax-1(x, axis) → Softmax-13 over one axis where that is the same, else
 * Reshape(Softmax(Flatten(x, axis), -1), Shape(x)).
 */
function rewrite(node: Node, ctx: RewriteContext): readonly Node[] {
  const [x, y] = [operand(node, 0), result(node)];
  const axis = intAttr(node, "axis", 1);
  const dims = ctx.dims(x);
  const plain = equivalentAxis(dims, axis);
  if (plain !== undefined) {
    // Counted from the end where it is the last: that is what chips and later stages look for.
    node.attrs.set("axis", attr.int(plain === (dims?.length ?? 0) - 1 ? -1 : plain));
    return [node];
  }
  const value = (name: string): string => ctx.newValue(`${node.name}_${name}`);
  const [flat, matrix, shape] = [value("flat"), value("matrix"), value("shape")];
  const flatten = newNode("Flatten", [x], flat, { axis: attr.int(axis) });
  node.attrs.set("axis", attr.int(-1));
  node.inputs = [flat];
  node.outputs = [matrix];
  return [flatten, node, newNode("Shape", [x], shape), newNode("Reshape", [matrix, shape], y)];
}

/** Until opset 12 these ops flatten their input to a matrix at `axis` (1 by default); since 13 they work along one axis. */
export const SOFTMAX: readonly Rewrite[] = ["Softmax", "LogSoftmax", "Hardmax"].map((op) => ({
  op,
  until: 13,
  rewrite,
}));
