import type { FunctionDef } from "../../graph/graph.ts";
import { type BodyBuilder, defineFunction, ref, refs } from "../body-builder.ts";
import { combine, constantBytes, type Product, splitBytes } from "../fragments/bytes.ts";
import { BOUNDS, factor, requantizeBiased, requantizeWide } from "../fragments/requantize.ts";
import { perChannel } from "../fragments/shapes.ts";

const WINDOW = ["kernel_shape", "strides", "pads", "dilations"] as const;
export const LINEAR_INPUTS = ["x", "w", "bias", "multiplier", "shift"] as const;

function convInteger(b: BodyBuilder, inputs: readonly string[]): string {
  return b.op("ConvInteger", inputs, { ...refs("ints", WINDOW), group: ref("group") });
}

/** Factor and bias of a per-channel op, shaped to broadcast over the spatial axes of w's rank. */
export function channelTerms(b: BodyBuilder): { k: string; bias: string } {
  const k = factor(b, perChannel(b, "multiplier", "w"), perChannel(b, "shift", "w"));
  return { k, bias: perChannel(b, "bias", "w") };
}

/** y = requantize(Σ x·w + bias); ConvInteger takes (int8, int8) and (uint8, int8), both exact on every CPU. */
export function conv8(): FunctionDef {
  return defineFunction({
    name: "Conv8",
    inputs: LINEAR_INPUTS,
    attributes: [...WINDOW, "group", ...BOUNDS],
    body: (b) => requantizeBiased(b, b.cast(convInteger(b, ["x", "w"]), "float64"), channelTerms(b)),
  });
}

/** The same at 16 bit: four products of unsigned bytes; ConvInteger pads with the zero point, so padding adds 0 to each. */
export function conv16(): FunctionDef {
  return defineFunction({
    name: "Conv16",
    inputs: LINEAR_INPUTS,
    attributes: [...WINDOW, "group", ...BOUNDS, "x_offset", "q1"],
    body(b) {
      const product: Product = (x, w) => convInteger(b, [x.bytes, w.bytes, x.zeroPoint, w.zeroPoint]);
      const { k, bias } = channelTerms(b);
      const sum = combine(b, { x: splitBytes(b, "x", "x_offset"), w: constantBytes(b, "w"), product, bias });
      return requantizeWide(b, sum, k);
    },
  });
}
