import { powerOfTwo } from "../power-of-two.ts";
import { roundHalfEven } from "./scale.ts";

/** Smallest exponent of a normal float32. */
const LOWEST = -126;
/** Bits of a float32 behind its leading one. */
const FRACTION = 23;

/**
 * float32 numbers as int32 on scales of their own, powers of two: exact, except below 2^-103. At 16 bit an integer bias on s_x·s_w passes int32, and
 * ONNX Runtime brings a bias that stays float there itself, saturating it (weight_bias_quantization.cc in 1.30).
 */
export function exactBias(real: Float64Array): { integers: Int32Array; scales: Float64Array } {
  const bits = new Uint32Array(Float32Array.from(real).buffer);
  const scales = Float64Array.from(bits, (b) => {
    const exponent = ((b >>> FRACTION) & 255) - 127;
    return powerOfTwo(Math.max(exponent - FRACTION, LOWEST));
  });
  return { integers: Int32Array.from(real, (b, c) => roundHalfEven(b / scales[c]!)), scales };
}
