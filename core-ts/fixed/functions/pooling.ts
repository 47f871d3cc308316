import type { FunctionDef } from "../../graph/graph.ts";
import { tensor } from "../../tensor/tensor.ts";
import { type BodyBuilder, defineFunction, ref, refs } from "../body-builder.ts";
import { splitBytes } from "../fragments/bytes.ts";
import { BOUNDS, factor, firstShift, requantize, requantizeWide } from "../fragments/requantize.ts";
import { concat, shapeFrom } from "../fragments/shapes.ts";

const WINDOW = ["kernel_shape", "strides", "pads", "dilations"] as const;
const POOLING_INPUTS = ["x", "multiplier", "shift"] as const;

/** The largest of each window; float32 holds 16-bit integers exactly and has the kernel. */
export function maxPool16(): FunctionDef {
  return defineFunction({
    name: "MaxPool16",
    inputs: ["x"],
    attributes: [...WINDOW, "ceil_mode"],
    body(b) {
      const pooled = b.op("MaxPool", [b.cast("x", "float32")], {
        ...refs("ints", WINDOW),
        ceil_mode: ref("ceil_mode"),
      });
      return b.op("CastLike", [pooled, "x"]);
    },
  });
}

/** The largest over all axes from 2 on. */
export function globalMaxPool(): FunctionDef {
  return defineFunction({
    name: "GlobalMaxPool",
    inputs: ["x"],
    attributes: [],
    body: (b) => b.op("CastLike", [b.op("GlobalMaxPool", [b.cast("x", "float32")]), "x"]),
  });
}

/**
 * Sum over each window of int8 or uint8 x [N, C, ...]: a ConvInteger of one channel with weights 1 over the batch N·C. Padding counts as 0
 * because ConvInteger pads with the zero point. int32.
 */
function windowSum(b: BodyBuilder, x: string, zeroPoint: string): string {
  const spatial = shapeFrom(b, x, 2);
  const single = b.op("Reshape", [x, concat(b, [b.i64s(-1, 1), spatial])]);
  const one = tensor("int8", [1], Int8Array.of(1));
  const ones = b.op("ConstantOfShape", [concat(b, [b.i64s(1, 1), b.attributes("kernel_shape")])], {
    value: { kind: "tensor", value: one },
  });
  const sums = b.op("ConvInteger", [single, ones, ...(zeroPoint ? [zeroPoint] : [])], refs("ints", WINDOW));
  return b.op("Reshape", [sums, concat(b, [shapeFrom(b, x, 0, 2), shapeFrom(b, sums, 2)])]);
}

/** requantize(Σ x over the window); the multiplier carries 1/count and may vary by position. */
export function averagePool8(): FunctionDef {
  return defineFunction({
    name: "AveragePool8",
    inputs: POOLING_INPUTS,
    attributes: [...WINDOW, ...BOUNDS],
    body: (b) => requantize(b, b.cast(windowSum(b, "x", ""), "float64"), factor(b, "multiplier", "shift")),
  });
}

/** The same at 16 bit: 256·Σ high bytes + Σ low bytes. (uint8 by int8 is exact in ConvInteger.) */
export function averagePool16(): FunctionDef {
  return defineFunction({
    name: "AveragePool16",
    inputs: POOLING_INPUTS,
    attributes: [...WINDOW, ...BOUNDS, "x_offset", "q1"],
    body(b) {
      const { high, low } = splitBytes(b, "x", "x_offset");
      const [above, below] = [high, low].map((part) =>
        b.cast(windowSum(b, part.bytes, part.zeroPoint), "float64"),
      );
      const sum = b.op("Add", [b.op("Mul", [above!, b.f64(256)]), below!]);
      return requantizeWide(b, b.op("Mul", [sum, firstShift(b)]), factor(b, "multiplier", "shift"));
    },
  });
}

/** ONNX Pad with a scalar value of x's type. */
export function pad16(): FunctionDef {
  return defineFunction({
    name: "Pad16",
    inputs: ["x", "pads", "value"],
    attributes: ["mode"],
    body(b) {
      const padded = b.op("Pad", [b.cast("x", "int32"), "pads", b.cast("value", "int32")], {
        mode: ref("mode", "string"),
      });
      return b.op("CastLike", [padded, "x"]);
    },
  });
}
