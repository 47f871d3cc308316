/** Nodes that do y = x·scale[c] + offset[c] with constants, whatever their op: BatchNormalization, Mul, Div, Add, Sub by a constant. */
import type { Node } from "../graph/graph.ts";
import { batchNormAffine, type ChannelAffine } from "../ops/batch-normalization.ts";
import { elementCount, type Tensor } from "../tensor/tensor.ts";
import type { Site } from "./site.ts";

/** Ops that can be such a node. */
export const AFFINE_OPS = ["BatchNormalization", "Mul", "Div", "Add", "Sub"];

/** One number per channel of a constant that broadcasts along `axis` only; undefined when it varies otherwise or adds axes. */
function perChannel(t: Tensor, shape: readonly number[], axis: number): number[] | undefined {
  if (t.dtype !== "float32" || t.dims.length > shape.length) return undefined;
  const channels = shape[axis]!;
  const count = elementCount(t.dims);
  if (count === 1) return new Array<number>(channels).fill(t.data[0]!);
  const at = axis - (shape.length - t.dims.length);
  return count === channels && t.dims[at] === channels ? Array.from(t.data) : undefined;
}

function ofBinary(
  node: Node,
  constants: readonly number[],
  constantIsLeft: boolean,
): ChannelAffine | undefined {
  const ones = constants.map(() => 1);
  const zeros = constants.map(() => 0);
  switch (node.op) {
    case "Mul":
      return { scale: constants, offset: zeros };
    case "Div":
      return constantIsLeft || constants.includes(0)
        ? undefined
        : { scale: constants.map((c) => 1 / c), offset: zeros };
    case "Add":
      return { scale: ones, offset: constants };
    default:
      return constantIsLeft
        ? { scale: ones.map(() => -1), offset: constants }
        : { scale: ones, offset: constants.map((c) => -c) };
  }
}

/** What `node` does to `value`, channel by channel along `axis`; undefined when it is no such node. */
export function channelAffine(
  node: Node,
  value: string,
  axis: number,
  site: Site,
): ChannelAffine | undefined {
  if (node.op === "BatchNormalization") {
    const alone =
      node.inputs[0] === value && axis === 1 && node.outputs.slice(1).every((name) => name === "");
    return alone ? batchNormAffine(node, (name) => site.constant(name)) : undefined;
  }
  const constantIsLeft = node.inputs[1] === value;
  const other = site.constant(node.inputs[constantIsLeft ? 0 : 1]);
  const [shape, result] = [site.dims(value), site.dims(node.outputs[0]!)];
  if (!other || !shape || result?.join() !== shape.join()) return undefined;
  const constants = perChannel(other, shape, axis);
  return constants && ofBinary(node, constants, constantIsLeft);
}
