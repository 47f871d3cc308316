import type { FunctionDef } from "../../graph/graph.ts";
import { powerOfTwo } from "../../power-of-two.ts";
import { type BodyBuilder, defineFunction, ref, refs } from "../body-builder.ts";
import { type Bytes, combine, type Product, signedBytes, splitBytes } from "../fragments/bytes.ts";
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
      const sum = combine(b, { x: splitBytes(b, "x", "x_offset"), w: signedBytes(b, "w"), product, bias });
      return requantizeWide(b, sum, k);
    },
  });
}

/** Largest magnitude up to which float32 holds every integer. */
export const FLOAT32_INTEGERS = powerOfTwo(24);

/** Σ x·w in float32: exact, whatever the order of additions, while the sum of all |x·w| stays below FLOAT32_INTEGERS. */
function convFloat(b: BodyBuilder, x: string, w: string): string {
  return b.op("Conv", [x, w], { ...refs("ints", WINDOW), group: ref("group") });
}

/**
 * Conv8 for short sums: emitted only where Σ|w|·max|x| < 2^24 in every channel, so that float32 holds every partial sum. ONNX Runtime's float
 * Conv is five times as fast as its ConvInteger, and seventy times where there are many groups (ResNet-18, MobileNet-V2).
 */
export function shortConv8(): FunctionDef {
  return defineFunction({
    name: "ShortConv8",
    inputs: LINEAR_INPUTS,
    attributes: [...WINDOW, "group", ...BOUNDS],
    body(b) {
      const sum = convFloat(b, b.cast("x", "float32"), b.cast("w", "float32"));
      return requantizeBiased(b, b.cast(sum, "float64"), channelTerms(b));
    },
  });
}

/** Conv16 for short sums: four products of bytes, less their zero points, in float32; terms · 255² < 2^24. */
export function shortConv16(): FunctionDef {
  return defineFunction({
    name: "ShortConv16",
    inputs: LINEAR_INPUTS,
    attributes: [...WINDOW, "group", ...BOUNDS, "x_offset", "q1"],
    body(b) {
      const real = ({ bytes, zeroPoint }: Bytes) =>
        b.op("Sub", [b.cast(bytes, "float32"), b.cast(zeroPoint, "float32")]);
      const product: Product = (x, w) => convFloat(b, real(x), real(w));
      const { k, bias } = channelTerms(b);
      const sum = combine(b, { x: splitBytes(b, "x", "x_offset"), w: signedBytes(b, "w"), product, bias });
      return requantizeWide(b, sum, k);
    },
  });
}
