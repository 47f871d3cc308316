/**
 * Conv, ConvTranspose, MaxPool, AveragePool with auto_pad, output_shape or left-out attributes
 *   →  the same with kernel_shape, strides, dilations and pads given, and no auto_pad or output_shape.
 * Formulas: ONNX operator documentation of Conv, ConvTranspose and MaxPool (auto_pad).
 */
import { attr, intAttr, intsAttr, stringAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { nodePass } from "./rule.ts";
import type { Site } from "./site.ts";

interface Axis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly extra: number;
}

const hasWeights = (node: Node): boolean => node.op.startsWith("Conv");

function kernelShape(node: Node, site: Site): readonly number[] | undefined {
  const weights = hasWeights(node) ? site.dims(node.inputs[1]!)?.slice(2) : undefined;
  return intsAttr(node, "kernel_shape", undefined) ?? weights;
}

/** Padding of an axis altogether. */
function totalPad(node: Node, axis: Axis): number {
  const reach = axis.dilation * (axis.kernel - 1) + 1;
  if (node.op === "ConvTranspose") return axis.stride * (axis.input - 1) + axis.extra + reach - axis.output;
  return Math.max(0, (axis.output - 1) * axis.stride + reach - axis.input);
}

/** Begins, then ends. The rest of an odd amount stands at the end for SAME_UPPER, else at the begin. */
function computedPads(node: Node, axes: readonly Axis[]): number[] {
  const totals = axes.map((axis) => totalPad(node, axis));
  const restAtEnd = stringAttr(node, "auto_pad", "NOTSET") === "SAME_UPPER";
  const begins = totals.map((total) => (restAtEnd ? Math.floor(total / 2) : Math.ceil(total / 2)));
  return [...begins, ...totals.map((total, i) => total - begins[i]!)];
}

function axesOf(node: Node, site: Site, kernel: readonly number[]): Axis[] | undefined {
  const [input, output] = [site.dims(node.inputs[0]!), site.dims(node.outputs[0]!)];
  if (!input || !output) return undefined;
  const ones = kernel.map(() => 1);
  const zeros = kernel.map(() => 0);
  return kernel.map((k, i) => ({
    input: input[2 + i]!,
    output: output[2 + i]!,
    kernel: k,
    stride: intsAttr(node, "strides", ones)[i]!,
    dilation: intsAttr(node, "dilations", ones)[i]!,
    extra: intsAttr(node, "output_padding", zeros)[i]!,
  }));
}

function isComputed(node: Node): boolean {
  return stringAttr(node, "auto_pad", "NOTSET").startsWith("SAME") || node.attrs.has("output_shape");
}

const COMPLETE = ["kernel_shape", "strides", "dilations", "pads"];

export const explicitWindows = nodePass(
  "explicit-windows",
  ["Conv", "ConvTranspose", "MaxPool", "AveragePool"],
  (node, site) => {
    const leftOut = COMPLETE.filter((name) => !node.attrs.has(name));
    const loose = node.attrs.has("auto_pad") || node.attrs.has("output_shape");
    if (leftOut.length === 0 && !loose) return undefined;
    const kernel = kernelShape(node, site);
    const axes = kernel && axesOf(node, site, kernel);
    if (!axes) return { refused: "its shape depends on the data" };
    const pads = isComputed(node)
      ? computedPads(node, axes)
      : stringAttr(node, "auto_pad", "NOTSET") === "VALID"
        ? axes.flatMap(() => [0, 0])
        : intsAttr(
            node,
            "pads",
            axes.flatMap(() => [0, 0]),
          );
    if (pads.some((pad) => pad < 0)) return { refused: `its padding would be [${pads.join(", ")}], below 0` };
    node.attrs.set("kernel_shape", attr.ints(kernel));
    node.attrs.set("strides", attr.ints(axes.map(({ stride }) => stride)));
    node.attrs.set("dilations", attr.ints(axes.map(({ dilation }) => dilation)));
    node.attrs.set("pads", attr.ints(pads));
    if (hasWeights(node)) node.attrs.set("group", attr.int(intAttr(node, "group", 1)));
    node.attrs.delete("auto_pad");
    node.attrs.delete("output_shape");
    return { did: `padding is [${pads.join(", ")}]` };
  },
);
