/**
 * Sqrt(a² + b²), squares as Mul or Pow, the root as Sqrt or Pow by 1/2: the magnitude of a complex number, as spectra of sound write it
 *   →  ReduceL2 over a new first axis along which a and b stand.
 * The squares of a range of n bits need 2n bits: held in integers between the ops, all but the loudest frequencies would be 0.
 * Conditions: a and b are float32 activations of one static shape; nothing but the pattern reads its values, which are no model outputs.
 */
import { attr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { int64Tensor } from "../tensor/tensor.ts";
import { isOp, scalar, squaredValue } from "./normalization-pattern.ts";
import { nodePass } from "./rule.ts";
import type { Site } from "./site.ts";

interface Magnitude {
  readonly parts: readonly string[];
  /** The squares and their sum. */
  readonly nodes: readonly Node[];
  readonly dims: readonly number[];
}

const isRoot = (node: Node, site: Site): boolean =>
  isOp(node, "Sqrt") || (isOp(node, "Pow") && scalar(site, node.inputs[1]) === 0.5);

function magnitudeOf(root: Node, site: Site): Magnitude | undefined {
  const sum = isRoot(root, site) ? site.soleProducer(root.inputs[0]!) : undefined;
  if (!isOp(sum, "Add")) return undefined;
  const squares = sum.inputs.map((name) => site.soleProducer(name));
  const parts = squares.flatMap((square) => squaredValue(square, site) ?? []);
  if (parts.length !== 2 || parts.some((name) => site.constant(name) || site.dtype(name) !== "float32"))
    return undefined;
  const [dims, other] = parts.map((name) => site.dims(name));
  if (!dims || dims.join() !== other?.join()) return undefined;
  return { parts, nodes: [...squares.flatMap((square) => square ?? []), sum], dims };
}

export const fuseMagnitude = nodePass("fuse-magnitude", ["Pow", "Sqrt"], (root, site) => {
  const found = magnitudeOf(root, site);
  if (!found) return undefined;
  const { parts, nodes, dims } = found;
  const axes = site.addConstant(`${root.name}/axes`, int64Tensor([0]));
  const named = (role: string, count: number) =>
    site.addValue(`${root.name}/${role}`, { dtype: "float32", dims: [count, ...dims] });
  const single = parts.map((_, i) => named(`part_${i}`, 1));
  const pair = named("pair", 2);
  const origins = [...nodes.flatMap((one) => [one.name, ...one.origins]), ...root.origins];
  const news = [
    ...single.map((output, i) => ({
      name: output,
      op: "Unsqueeze",
      inputs: [parts[i]!, axes],
      outputs: [output],
    })),
    { name: pair, op: "Concat", inputs: single, outputs: [pair], attrs: { axis: attr.int(0) } },
    {
      ...{ name: root.name, op: "ReduceL2", inputs: [pair, axes], outputs: root.outputs },
      ...{ attrs: { keepdims: attr.int(0) }, origins },
    },
  ];
  site.replace(root, news, nodes);
  return { did: `and ${nodes.length} nodes before it: the length of (a, b)` };
});
