import { attr } from "../../graph/attributes.ts";
import type { FunctionDef } from "../../graph/graph.ts";
import { powerOfTwo } from "../../power-of-two.ts";
import { type BodyBuilder, defineFunction, ref, refs } from "../body-builder.ts";
import { type Bytes, combine, type Product, signedBytes, splitBytes } from "../fragments/bytes.ts";
import { BOUNDS, requantizeBiased, requantizeWide } from "../fragments/requantize.ts";
import { concat, repeated, shapeFrom } from "../fragments/shapes.ts";
import { channelTerms, LINEAR_INPUTS } from "./conv.ts";

const ATTRIBUTES = [
  "kernel_shape",
  "strides",
  "pads",
  "dilations",
  "group",
  "output_padding",
  "conv_pads",
  ...BOUNDS,
] as const;

/** The rows of a [2, S] table one column after the other: a0, b0, a1, b1, ... */
function interleaved(b: BodyBuilder, first: string, second: string): string {
  const columns = [first, second].map((row) => b.op("Reshape", [row, b.i64s(-1, 1)]));
  return b.op("Reshape", [b.op("Concat", columns, { axis: attr.int(1) }), b.i64s(-1)]);
}

/**
 * x [N, C, ...spatial] with strides-1 zeros behind every element, then padded (or cropped) by conv_pads less the zeros behind the last one:
 * ConvTranspose over x is the Conv over this with stride 1 and the flipped weights. `zero` is the byte that stands for 0.
 */
function stuffed(b: BodyBuilder, x: string, zero: string): string {
  const [outer, spatial, strides] = [shapeFrom(b, x, 0, 2), shapeFrom(b, x, 2), b.attributes("strides")];
  const ones = repeated(b, 1, spatial);
  const [none, behind] = [repeated(b, 0, spatial), b.op("Sub", [strides, ones])];
  const apart = b.op("Reshape", [x, concat(b, [outer, interleaved(b, spatial, ones)])]);
  const zeros = concat(b, [b.i64s(0, 0), none, none, b.i64s(0, 0), interleaved(b, none, behind)]);
  const filled = b.op("Pad", [apart, zeros, zero]);
  const joined = b.op("Reshape", [filled, concat(b, [outer, b.op("Mul", [spatial, strides])])]);
  const pads = b.op("Sub", [b.attributes("conv_pads"), concat(b, [none, behind])]);
  const [begin, end] = b.halves(pads);
  return b.op("Pad", [joined, concat(b, [b.i64s(0, 0), begin, b.i64s(0, 0), end]), zero]);
}

/** w [C, M/g, k...] as [M, C/g, k...], flipped in space (all of them at once: reversing the flattened kernel reverses every axis). */
function flipped(b: BodyBuilder, w: string): string {
  const group = b.op("Reshape", [b.attribute("group"), b.i64s(1)]);
  const [channels, outputs] = [b.op("Div", [shapeFrom(b, w, 0, 1), group]), shapeFrom(b, w, 1, 2)];
  const grouped = b.op("Reshape", [w, concat(b, [group, channels, outputs, b.i64s(-1)])]);
  const exchanged = b.op("Transpose", [grouped], { perm: attr.ints([0, 2, 1, 3]) });
  const reversed = b.op("Slice", [exchanged, b.i64s(-1), b.i64s(-powerOfTwo(40)), b.i64s(3), b.i64s(-1)]);
  return b.op("Reshape", [reversed, concat(b, [b.i64s(-1), channels, shapeFrom(b, w, 2)])]);
}

function convInteger(b: BodyBuilder, inputs: readonly string[]): string {
  return b.op("ConvInteger", inputs, { ...refs("ints", ["kernel_shape", "dilations"]), group: ref("group") });
}

/** ONNX ConvTranspose of int8 or uint8 x by int8 w, then requantize; as a ConvInteger, both operand pairs being exact on every CPU. */
export function convTranspose8(): FunctionDef {
  return defineFunction({
    name: "ConvTranspose8",
    inputs: LINEAR_INPUTS,
    attributes: ATTRIBUTES,
    body: (b) =>
      requantizeBiased(
        b,
        b.cast(convInteger(b, [stuffed(b, "x", ""), flipped(b, "w")]), "float64"),
        channelTerms(b),
      ),
  });
}

/** The same at 16 bit, as four products of unsigned bytes; each byte tensor is stuffed with its own zero point. */
export function convTranspose16(): FunctionDef {
  return defineFunction({
    name: "ConvTranspose16",
    inputs: LINEAR_INPUTS,
    attributes: [...ATTRIBUTES, "x_offset", "q1"],
    body(b) {
      const split = splitBytes(b, "x", "x_offset");
      const spread = (part: Bytes): Bytes => ({ ...part, bytes: stuffed(b, part.bytes, part.zeroPoint) });
      const product: Product = (x, w) => convInteger(b, [x.bytes, w.bytes, x.zeroPoint, w.zeroPoint]);
      const { k, bias } = channelTerms(b);
      const x = { high: spread(split.high), low: spread(split.low) };
      return requantizeWide(b, combine(b, { x, w: signedBytes(b, flipped(b, "w")), product, bias }), k);
    },
  });
}
