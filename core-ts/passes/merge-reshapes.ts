/**
 * Reshape/Flatten/Squeeze/Unsqueeze of Reshape/Flatten/Squeeze/Unsqueeze  →  one Reshape to the last shape.
 * Conditions: the last shape is static. The first node stays if others read it (dead code otherwise).
 */
import { int64Tensor } from "../tensor/tensor.ts";
import { nodePass } from "./rule.ts";

const RESHAPES = ["Flatten", "Reshape", "Squeeze", "Unsqueeze"];

export const mergeReshapes = nodePass("merge-reshapes", RESHAPES, (node, site) => {
  const first = site.index.producer(node.inputs[0]!);
  if (first?.domain !== "" || !RESHAPES.includes(first.op)) return undefined;
  const dims = site.dims(node.outputs[0]!);
  // An empty tensor: 0 in a Reshape's shape would mean "as in the input".
  if (!dims || dims.includes(0)) return undefined;
  const shape = site.addConstant(`${node.name}/shape`, int64Tensor(dims));
  const origins = site.soleProducer(first.outputs[0]!) ? [...first.origins, first.name] : [];
  const { name, outputs } = node;
  site.replace(node, [
    {
      name,
      op: "Reshape",
      inputs: [first.inputs[0]!, shape],
      outputs,
      origins: [...node.origins, ...origins],
    },
  ]);
  return { did: `takes over ${first.op} "${first.name}"` };
});
