/**
 * x / ‖x‖, with ‖x‖ as ReduceL2, or as the root of ReduceSum of x² (Mul or Pow) or of ReduceSumSquare; with or without a floor of at most 1e-6 under the
 * norm (Clip, Max or Add on it, or on its square), the Expand that PyTorch writes, and 1/‖x‖ as Reciprocal, Div of 1 or Pow by -1/2 times x
 *   →  LpNormalization with p = 2.
 * Conditions: one constant axis, kept; nothing but the pattern reads its values, which are no model outputs. Rows shorter than the floor, which
 * integers hold as 0, come out as 0 or as unit vectors instead of something between.
 */
import { attr, intAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { toNumbers } from "../tensor/tensor.ts";
import { isOp, otherThan, scalar, squaredValue } from "./normalization-pattern.ts";
import { nodePass } from "./rule.ts";
import type { Site } from "./site.ts";

const LARGEST_FLOOR = 1e-6;

/** A norm, or its square, on the way down to the division. */
interface Norm {
  readonly value: string;
  readonly isSquare: boolean;
  readonly nodes: readonly Node[];
}

interface Start {
  readonly x: string;
  readonly axis: number;
  readonly norm: Norm;
}

/** The one axis of a reduction that keeps it. */
function keptAxis(node: Node, site: Site): number | undefined {
  const axes = site.constant(node.inputs[1]);
  const rank = site.dims(node.inputs[0]!)?.length;
  if (!axes || rank === undefined || intAttr(node, "keepdims", 1) !== 1) return undefined;
  const [axis, ...more] = toNumbers(axes);
  if (axis === undefined || more.length > 0) return undefined;
  return axis < 0 ? axis + rank : axis;
}

function startAt(reduction: Node, site: Site): Start | undefined {
  const axis = keptAxis(reduction, site);
  if (axis === undefined) return undefined;
  const value = reduction.outputs[0]!;
  if (reduction.op !== "ReduceSum")
    return {
      x: reduction.inputs[0]!,
      axis,
      norm: { value, isSquare: reduction.op === "ReduceSumSquare", nodes: [reduction] },
    };
  const square = site.soleProducer(reduction.inputs[0]!);
  const x = squaredValue(square, site);
  return x === undefined
    ? undefined
    : { x, axis, norm: { value, isSquare: true, nodes: [square!, reduction] } };
}

/** The floor that Clip, Max or Add by a constant puts under the value. */
function floorOf(node: Node, value: string, site: Site): number | undefined {
  if (isOp(node, "Clip"))
    return node.inputs[0] === value && !node.inputs[2] ? scalar(site, node.inputs[1]) : undefined;
  const hasTwo = node.inputs.length === 2;
  return hasTwo && isOp(node, "Max", "Add") ? scalar(site, otherThan(node, value)) : undefined;
}

const after = (norm: Norm, node: Node, isSquare = norm.isSquare): Norm => ({
  value: node.outputs[0]!,
  isSquare,
  nodes: [...norm.nodes, node],
});

/** Past a floor, a root and an Expand, in the order in which they come. */
function downFrom(start: Norm, site: Site): Norm {
  let norm = start;
  for (;;) {
    const node = site.index.onlyConsumer(norm.value);
    if (!node) return norm;
    const floor = floorOf(node, norm.value, site);
    const most = norm.isSquare ? LARGEST_FLOOR * LARGEST_FLOOR * (1 + 1e-6) : LARGEST_FLOOR * (1 + 1e-6);
    const isRoot = isOp(node, "Sqrt") || (isOp(node, "Pow") && scalar(site, node.inputs[1]) === 0.5);
    if (floor !== undefined && floor >= 0 && floor <= most) norm = after(norm, node);
    else if (norm.isSquare && isRoot) norm = after(norm, node, false);
    else if (isOp(node, "Expand")) norm = after(norm, node);
    else return norm;
  }
}

/** The node that divides x by the norm, behind what makes 1/‖x‖. */
function dividesX(x: string, norm: Norm, site: Site): readonly Node[] | undefined {
  const reader = site.index.onlyConsumer(norm.value);
  if (!reader) return undefined;
  if (!norm.isSquare && isOp(reader, "Div") && reader.inputs[1] === norm.value && reader.inputs[0] === x)
    return [reader];
  const isInverse = norm.isSquare
    ? isOp(reader, "Pow") && scalar(site, reader.inputs[1]) === -0.5
    : isOp(reader, "Reciprocal") ||
      (isOp(reader, "Div") && reader.inputs[1] === norm.value && scalar(site, reader.inputs[0]) === 1);
  const product = isInverse ? site.index.onlyConsumer(reader.outputs[0]!) : undefined;
  const fits = isOp(product, "Mul") && otherThan(product, reader.outputs[0]!) === x;
  return fits ? [reader, product!] : undefined;
}

export const fuseL2Normalization = nodePass(
  "fuse-l2-normalization",
  ["ReduceL2", "ReduceSum", "ReduceSumSquare"],
  (node, site) => {
    const start = startAt(node, site);
    const norm = start && downFrom(start.norm, site);
    const ending = norm && dividesX(start.x, norm, site);
    const last = ending?.at(-1);
    if (!last || site.dims(last.outputs[0]!)?.join() !== site.dims(start!.x)?.join()) return undefined;
    const others = [...norm!.nodes, ...ending!.slice(0, -1)];
    const made = {
      name: last.name,
      op: "LpNormalization",
      inputs: [start!.x],
      outputs: last.outputs,
      attrs: { axis: attr.int(start!.axis), p: attr.int(2) },
      origins: [...others.flatMap((one) => [one.name, ...one.origins]), ...last.origins],
    };
    site.replace(last, [made], others);
    return { did: "and the ops around it are one LpNormalization" };
  },
);
