import { attr, floatAttr, intAttr, intsAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { elementCount, toNumbers } from "../tensor/tensor.ts";
import {
  type Affine,
  LONGEST_PLAIN_ROW,
  LONGEST_ROW,
  lowerCentered,
  lowerPlain,
  type Rows,
  rowTooLong,
} from "./normalization.ts";
import { firstOperand, type LowerContext, notConstant, type OpRecord, type PlanView } from "./record.ts";

const UNKNOWN_SHAPE = "its shape is not known before the model runs";
const ONE: Affine = { scale: [1], offset: [0], dims: [1] };

/** Axes from `axis` on, counted from the front, and the number of elements they hold. */
function trailing(node: Node, view: PlanView): { axes: number[]; count: number } | undefined {
  const dims = view.dims(node.inputs[0]!);
  if (!dims) return undefined;
  const axis = intAttr(node, "axis", -1);
  const from = axis < 0 ? axis + dims.length : axis;
  const axes = dims.map((_, i) => i).slice(from);
  return { axes, count: elementCount(dims.slice(from)) };
}

function whyNotConstant(node: Node, view: PlanView): string | undefined {
  if (!view.constant(node.inputs[1]!)) return notConstant(node, 1, "scale");
  if (node.inputs[2] && !view.constant(node.inputs[2])) return notConstant(node, 2, "bias");
  return undefined;
}

/** Scale and bias; they broadcast to the row alike, so both must have one shape. */
function affineOf(node: Node, view: PlanView): Affine | undefined {
  const scale = view.constant(node.inputs[1]!)!;
  const bias = node.inputs[2] ? view.constant(node.inputs[2]) : undefined;
  if (bias && bias.dims.join() !== scale.dims.join()) return undefined;
  const values = toNumbers(scale);
  return { scale: values, offset: bias ? toNumbers(bias) : values.map(() => 0), dims: scale.dims };
}

function refuseRows(node: Node, view: PlanView, longest: number): string | undefined {
  const row = trailing(node, view);
  if (!row) return UNKNOWN_SHAPE;
  const because = whyNotConstant(node, view);
  if (because !== undefined) return because;
  if (!affineOf(node, view)) return "its scale and bias differ in shape";
  return rowTooLong(row.count, longest);
}

function rowsOf(ctx: LowerContext): { rows: Rows; axes: number[] } {
  const { axes, count } = trailing(ctx.node, ctx)!;
  const epsilon = floatAttr(ctx.node, "epsilon", 1e-5);
  return { rows: { count, epsilon, affine: affineOf(ctx.node, ctx)! }, axes };
}

const ROWS = {
  operands: firstOperand,
  output: "own",
  absorbsActivation: true,
} as const;

const CONSTANT_PARAMETERS = "scale and bias are constant and of one shape";

export const layerNormalization: OpRecord = {
  ...ROWS,
  neighbours: "bound",
  conditions: [
    CONSTANT_PARAMETERS,
    "the outputs Mean and InvStdDev are not read",
    "at most 2^20 elements are normalised together",
  ],
  refuse(node, view) {
    const more = node.outputs.slice(1).find((name) => name !== "");
    if (more !== undefined)
      return `its statistics ("${more}", output Mean or InvStdDev) are read, and integers hold only its first output`;
    return refuseRows(node, view, LONGEST_ROW);
  },
  lower(ctx) {
    const { rows, axes } = rowsOf(ctx);
    lowerCentered(ctx, "LayerNormalization", rows, { axes: attr.ints(axes) });
  },
};

/** x/√(mean(x²) + epsilon)·scale, as ONNX Runtime names it; patterns of exporters become this op (passes/fuse-rms-normalization.ts). */
export const rmsNormalization: OpRecord = {
  ...ROWS,
  neighbours: "bound",
  conditions: ["scale is constant", "at most 2^19 elements are normalised together"],
  refuse(node, view) {
    const more = node.outputs.slice(1).find((name) => name !== "");
    if (more !== undefined)
      return `its statistics ("${more}", output InvStdDev) are read, and integers hold only its first output`;
    return refuseRows(node, view, LONGEST_PLAIN_ROW);
  },
  lower(ctx) {
    const { rows, axes } = rowsOf(ctx);
    lowerPlain(ctx, rows, axes);
  },
};

/** (x - mean)/σ over any axes. ONNX adds 1e-9 to σ, far below a step of any input: no epsilon. */
export const meanVarianceNormalization: OpRecord = {
  ...ROWS,
  conditions: ["at most 2^20 elements are normalised together"],
  refuse(node, view) {
    const row = namedAxes(node, view);
    return row ? rowTooLong(row.count, LONGEST_ROW) : UNKNOWN_SHAPE;
  },
  lower(ctx) {
    const { axes, count } = namedAxes(ctx.node, ctx)!;
    lowerCentered(ctx, "LayerNormalization", { count, epsilon: 0, affine: ONE }, { axes: attr.ints(axes) });
  },
};

function namedAxes(node: Node, view: PlanView): { axes: number[]; count: number } | undefined {
  const dims = view.dims(node.inputs[0]!);
  if (!dims) return undefined;
  const given = intsAttr(node, "axes", [0, 2, 3]);
  const axes = given.map((axis) => (axis < 0 ? axis + dims.length : axis)).sort((a, b) => a - b);
  return { axes, count: axes.reduce((product, axis) => product * dims[axis]!, 1) };
}
