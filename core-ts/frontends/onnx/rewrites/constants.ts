import { ModelError } from "../../../errors.ts";
import type { Attribute, Node } from "../../../graph/graph.ts";
import { int64Tensor, type Tensor, tensor } from "../../../tensor/tensor.ts";
import { ALWAYS, type Rewrite, result } from "../rewrite.ts";

function contentOf(attribute: Attribute): Tensor | undefined {
  switch (attribute.kind) {
    case "tensor":
      return attribute.value;
    case "float":
      return tensor("float32", [], Float32Array.of(attribute.value));
    case "floats":
      return tensor("float32", [attribute.value.length], Float32Array.from(attribute.value));
    case "int":
      return { ...int64Tensor([attribute.value]), dims: [] };
    case "ints":
      return int64Tensor(attribute.value);
    case "string":
      return tensor("string", [], [attribute.value]);
    case "strings":
      return tensor("string", [attribute.value.length], [...attribute.value]);
    default:
      return undefined;
  }
}

function soleAttribute(node: Node): Attribute {
  const [attribute] = node.attrs.values();
  if (attribute && node.attrs.size === 1) return attribute;
  throw new ModelError(
    `Constant node "${node.name}" has ${node.attrs.size} attributes, expected exactly one, its value; export the model again`,
    { node: node.name },
  );
}

/** Constant → initializer of the same name, whichever attribute holds the value; sparse_value stays a node. */
export const CONSTANT: readonly Rewrite[] = [
  {
    op: "Constant",
    until: ALWAYS,
    rewrite(node, ctx) {
      const content = contentOf(soleAttribute(node));
      if (!content) return [node];
      ctx.defineConstant(result(node), content);
      return [];
    },
  },
];
