import { attr } from "../../../graph/attributes.ts";
import type { Rewrite } from "../rewrite.ts";

/** Split(x) into equal parts → Split(x, num_outputs): since opset 18 the number of parts must stand in the node. */
export const SPLIT: readonly Rewrite[] = [
  {
    op: "Split",
    until: 18,
    rewrite(node) {
      if (!node.inputs[1]) node.attrs.set("num_outputs", attr.int(node.outputs.length));
      return [node];
    },
  },
];
