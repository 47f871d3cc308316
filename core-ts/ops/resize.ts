import { attr, intAttr, stringAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { scalarRequantize } from "../quantize/linear.ts";
import { accumulatorShift, roundHalfEven } from "../quantize/scale.ts";
import { tensor, toNumbers } from "../tensor/tensor.ts";
import { firstOperand, type LowerContext, type OpRecord, type PlanView } from "./record.ts";

/** Fraction bits of the interpolation coefficients. */
const Q = 11;

/** Position in the input that output index `i` reads (ONNX Resize, coordinate_transformation_mode). */
type Coordinate = (i: number, scale: number, input: number, output: number) => number;

const COORDINATES: Readonly<Record<string, Coordinate>> = {
  half_pixel: (i, scale) => (i + 0.5) / scale - 0.5,
  half_pixel_symmetric: (i, scale, input, output) => {
    const adjustment = output / (scale * input);
    return (input / 2) * (1 - adjustment) + (i + 0.5) / scale - 0.5;
  },
  pytorch_half_pixel: (i, scale, _input, output) => (output > 1 ? (i + 0.5) / scale - 0.5 : 0),
  asymmetric: (i, scale) => i / scale,
  align_corners: (i, _scale, input, output) => (output > 1 ? (i * (input - 1)) / (output - 1) : 0),
};

function scalesOf(node: Node, view: PlanView): number[] | undefined {
  const given = node.inputs[2] ? view.constant(node.inputs[2]) : undefined;
  if (given && given.dims[0] !== 0) return toNumbers(given);
  const [input, output] = [view.dims(node.inputs[0]!), view.dims(node.outputs[0]!)];
  return node.inputs[3] && input && output ? output.map((size, i) => size / input[i]!) : undefined;
}

/** Linear coefficients of one axis, [output, input], Q11; each row sums to 2048 exactly. */
export function linearCoefficients(
  coordinate: Coordinate,
  scale: number,
  input: number,
  output: number,
): Int16Array {
  const rows = new Int16Array(output * input);
  for (let i = 0; i < output; i++) {
    const at = Math.min(Math.max(coordinate(i, scale, input, output), 0), input - 1);
    const low = Math.floor(at);
    const high = Math.min(low + 1, input - 1);
    const upper = roundHalfEven((at - low) * powerOfTwo(Q));
    rows[i * input + low] = powerOfTwo(Q) - upper;
    rows[i * input + high] = rows[i * input + high]! + upper;
  }
  return rows;
}

function refuse(node: Node, view: PlanView): string | undefined {
  const mode = stringAttr(node, "mode", "nearest");
  const coordinates = stringAttr(node, "coordinate_transformation_mode", "half_pixel");
  if (mode !== "nearest" && mode !== "linear")
    return `mode ${mode} is not supported, only nearest and linear`;
  if (!(coordinates in COORDINATES)) return `coordinate_transformation_mode ${coordinates} is not supported`;
  if (intAttr(node, "antialias", 0) === 1) return "antialias is not supported";
  if (node.attrs.has("axes")) return "axes are not supported; export with scales or sizes for every axis";
  const scales = scalesOf(node, view);
  if (!scales) return "its scales or sizes are computed at run time";
  if (mode === "nearest") return undefined;
  if (scales.length !== 3 && scales.length !== 4)
    return `linear resizing of rank ${scales.length} is not supported, only 3 and 4`;
  return scales[0] === 1 && scales[1] === 1 ? undefined : "it resizes the batch or channel axis";
}

function lowerLinearResize(ctx: LowerContext): void {
  const { node } = ctx;
  const [x, y] = [ctx.operand(0), ctx.result()];
  const scales = scalesOf(node, ctx)!;
  const coordinate = COORDINATES[stringAttr(node, "coordinate_transformation_mode", "half_pixel")]!;
  const [input, output] = [ctx.dims(node.inputs[0]!)!, ctx.dims(node.outputs[0]!)!];
  const axes = scales.length === 4 ? (["rows", "cols"] as const) : (["cols"] as const);
  const names = axes.map((role, i) => {
    const [from, to] = [input[2 + i]!, output[2 + i]!];
    return ctx.constantTensor(
      role,
      tensor("int16", [to, from], linearCoefficients(coordinate, scales[2 + i]!, from, to)),
    );
  });
  const unit = powerOfTwo(Q * axes.length);
  const q1 = accumulatorShift((Math.max(-x.type.qmin, x.type.qmax) * unit) / 2);
  ctx.emit(
    axes.length === 2 ? "ResizeLinear" : "ResizeLinear1d",
    [x.name, ...names, ...scalarRequantize(ctx, x.scale / (y.scale * unit), q1)],
    {
      q1: attr.int(q1),
      ...ctx.bounds(),
    },
  );
}

function lowerNearest(ctx: LowerContext): void {
  const { node } = ctx;
  const x = ctx.operand(0);
  if (x.type.bits === 8) {
    ctx.emitStandard([x.name, "", ...node.inputs.slice(2)]);
    return;
  }
  const bySize = !node.inputs[2];
  ctx.emit(
    bySize ? "ResizeNearestSizes16" : "ResizeNearest16",
    [x.name, ctx.constantTensor(bySize ? "sizes" : "scales", ctx.constant(node.inputs[bySize ? 3 : 2]!)!)],
    {
      coordinate_transformation_mode: attr.string(
        stringAttr(node, "coordinate_transformation_mode", "half_pixel"),
      ),
      nearest_mode: attr.string(stringAttr(node, "nearest_mode", "round_prefer_floor")),
    },
  );
}

/** Nearest moves integers; linear is two integer matrix products with Q11 coefficients. Both keep the input's scale. */
export const resize: OpRecord = {
  operands: firstOperand,
  output: "shared",
  absorbsActivation: false,
  refuse,
  lower(ctx) {
    if (stringAttr(ctx.node, "mode", "nearest") === "nearest") lowerNearest(ctx);
    else lowerLinearResize(ctx);
  },
};
