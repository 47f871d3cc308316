import { attr, floatAttr, intAttr, intsAttr, stringAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { scalarRequantize } from "../quantize/linear.ts";
import { accumulatorShift } from "../quantize/scale.ts";
import { int64Tensor, tensor, toNumbers } from "../tensor/tensor.ts";
import { firstOperand, type LowerContext, type OpRecord, type PlanView } from "./record.ts";
import {
  COEFFICIENT_BITS,
  COORDINATES,
  coefficients,
  type Interpolation,
  largestRow,
  type ResizedAxis,
} from "./resize-coefficients.ts";

const modeOf = (node: Node): string => stringAttr(node, "mode", "nearest");
const coordinatesOf = (node: Node): string =>
  stringAttr(node, "coordinate_transformation_mode", "half_pixel");
const policyOf = (node: Node): string => stringAttr(node, "keep_aspect_ratio_policy", "stretch");

/** Numbers of a constant that has one per named axis, spread over all axes; undefined where it is absent or computed at run time. */
function perAxis(node: Node, view: PlanView, i: number, rest: readonly number[]): number[] | undefined {
  const given = node.inputs[i] ? view.constant(node.inputs[i]) : undefined;
  if (!given || given.dims[0] === 0) return undefined;
  const full = [...rest];
  const named = intsAttr(node, "axes", undefined) ?? rest.map((_, axis) => axis);
  const values = toNumbers(given);
  for (const [k, axis] of named.entries()) full[axis < 0 ? axis + rest.length : axis] = values[k]!;
  return full;
}

/** Scales of all axes: given, or what the sizes come to. */
function scalesOf(node: Node, view: PlanView, input: readonly number[]): number[] | undefined {
  const given = perAxis(
    node,
    view,
    2,
    input.map(() => 1),
  );
  const sizes = given ? undefined : perAxis(node, view, 3, input);
  if (!sizes) return given;
  const ratios = sizes.map((size, i) => size / input[i]!);
  if (policyOf(node) === "stretch") return ratios;
  const named = (intsAttr(node, "axes", undefined) ?? input.map((_, i) => i)).map((axis) =>
    axis < 0 ? axis + input.length : axis,
  );
  const chosen = named.map((axis) => ratios[axis]!);
  const ratio = policyOf(node) === "not_larger" ? Math.min(...chosen) : Math.max(...chosen);
  return ratios.map((own, axis) => (named.includes(axis) ? ratio : own));
}

/** Where tf_crop_and_resize starts and ends, as fractions of each axis; everything elsewhere. */
function regionOf(node: Node, view: PlanView, rank: number): number[] | undefined {
  const whole = [...new Array<number>(rank).fill(0), ...new Array<number>(rank).fill(1)];
  if (coordinatesOf(node) !== "tf_crop_and_resize") return whole;
  const given = node.inputs[1] ? view.constant(node.inputs[1]) : undefined;
  if (!given) return undefined;
  const values = toNumbers(given);
  const named = intsAttr(node, "axes", undefined) ?? Array.from({ length: rank }, (_, i) => i);
  for (const [k, axis] of named.entries()) {
    const at = axis < 0 ? axis + rank : axis;
    whole[at] = values[k]!;
    whole[rank + at] = values[values.length / 2 + k]!;
  }
  return whole;
}

/** Every axis, or a sentence that says what is not known before the model runs. */
function axesOf(node: Node, view: PlanView): readonly ResizedAxis[] | string {
  const [input, output] = [view.dims(node.inputs[0]!), view.dims(node.outputs[0]!)];
  if (!input || !output) return "its shape is not known before the model runs";
  const scales = scalesOf(node, view, input);
  if (!scales) return "its scales or sizes are computed at run time";
  const region = regionOf(node, view, input.length);
  if (!region) return "its region (roi) is computed at run time";
  return input.map((size, i) => ({
    input: size,
    output: output[i]!,
    scale: scales[i]!,
    start: region[i]!,
    end: region[input.length + i]!,
  }));
}

const isResized = ({ input, output, scale, start, end }: ResizedAxis): boolean =>
  input !== output || scale !== 1 || start !== 0 || end !== 1;

function interpolation(node: Node): Interpolation {
  const coordinates = coordinatesOf(node);
  return {
    coordinate: COORDINATES[coordinates]!,
    cubic: modeOf(node) === "cubic" ? floatAttr(node, "cubic_coeff_a", -0.75) : undefined,
    antialias: intAttr(node, "antialias", 0) === 1,
    excludeOutside: intAttr(node, "exclude_outside", 0) === 1 && modeOf(node) === "cubic",
    zeroOutside: coordinates === "tf_crop_and_resize",
  };
}

function refuse(node: Node, view: PlanView): string | undefined {
  const [mode, coordinates] = [modeOf(node), coordinatesOf(node)];
  if (!(coordinates in COORDINATES)) return `coordinate_transformation_mode ${coordinates} is not supported`;
  const axes = axesOf(node, view);
  if (typeof axes === "string") return axes;
  if (mode === "nearest") {
    if (coordinates === "tf_crop_and_resize")
      return "mode nearest with tf_crop_and_resize is not supported, only linear and cubic";
    return policyOf(node) === "stretch"
      ? undefined
      : "mode nearest with a keep_aspect_ratio_policy is not supported";
  }
  if (coordinates === "tf_crop_and_resize" && floatAttr(node, "extrapolation_value", 0) !== 0)
    return "an extrapolation_value other than 0 is not supported";
  const other = axes.findIndex((axis, i) => i < axes.length - 2 && isResized(axis));
  return other < 0 ? undefined : `it resizes axis ${other} of ${axes.length}; only the last two may be`;
}

/** Σ rows·x·colsᵀ, or only x·colsᵀ where the last axis alone is resized. */
function lowerInterpolation(ctx: LowerContext, axes: readonly ResizedAxis[]): void {
  const [x, y] = [ctx.operand(0), ctx.result()];
  const [above, last] = [axes.at(-2), axes.at(-1)!];
  const resized = above && isResized(above) ? [above, last] : [last];
  const how = interpolation(ctx.node);
  // An axis that stays as it is has the unit matrix: tf_crop_and_resize reads all of it at scale 1.
  const matrices = resized.map((axis) => coefficients(axis, how));
  const names = resized.map((axis, i) =>
    ctx.constantTensor(
      resized.length === 2 && i === 0 ? "rows" : "cols",
      tensor("int16", [axis.output, axis.input], matrices[i]!),
    ),
  );
  const largest = matrices.reduce((product, rows, i) => product * largestRow(rows, resized[i]!.input), 1);
  const q1 = accumulatorShift((Math.max(-x.type.qmin, x.type.qmax) * largest) / 2);
  const unit = powerOfTwo(COEFFICIENT_BITS * resized.length);
  ctx.emit(
    resized.length === 2 ? "ResizeLinear" : "ResizeLinear1d",
    [x.name, ...names, ...scalarRequantize(ctx, x.scale / (y.scale * unit), q1)],
    { q1: attr.int(q1), ...ctx.bounds() },
  );
}

function lowerNearest(ctx: LowerContext, axes: readonly ResizedAxis[]): void {
  const { node } = ctx;
  const x = ctx.operand(0);
  const bySize = !node.inputs[2];
  const by = ctx.constantTensor(
    bySize ? "sizes" : "scales",
    bySize
      ? int64Tensor(axes.map(({ output }) => output))
      : tensor(
          "float32",
          [axes.length],
          Float32Array.from(axes, ({ scale }) => scale),
        ),
  );
  const attrs = {
    coordinate_transformation_mode: attr.string(coordinatesOf(node)),
    nearest_mode: attr.string(stringAttr(node, "nearest_mode", "round_prefer_floor")),
  };
  if (x.type.bits === 16) ctx.emit(bySize ? "ResizeNearestSizes16" : "ResizeNearest16", [x.name, by], attrs);
  else {
    const inputs = [x.name, "", ...(bySize ? ["", by] : [by])];
    ctx.emitStandard(inputs, { mode: attr.string("nearest"), ...attrs });
  }
}

/**
 * Nearest moves integers; linear and cubic are two integer matrix products with Q11 coefficients. All but cubic, whose results pass the largest
 * value of its input, keep the input's scale.
 */
export const resize: OpRecord = {
  operands: firstOperand,
  output: "shared",
  leavesRange: (node) => modeOf(node) === "cubic",
  absorbsActivation: false,
  conditions: [
    "scales, sizes and region are constant",
    "nearest: every coordinate mode but tf_crop_and_resize",
    "linear, cubic: every coordinate mode; at most the last two axes are resized; extrapolation_value 0",
  ],
  nonNegative: (node, _view, [operand]) => operand === true && modeOf(node) !== "cubic",
  refuse,
  lower(ctx) {
    const axes = axesOf(ctx.node, ctx) as readonly ResizedAxis[];
    if (modeOf(ctx.node) === "nearest") lowerNearest(ctx, axes);
    else lowerInterpolation(ctx, axes);
  },
};
