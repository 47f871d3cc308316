import type { Kernels } from "../kernels/kernels.ts";
import type { IntValue } from "../ops/record.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** How far one layer's integers are from its float values, accumulated over batches. */
export interface LayerError {
  readonly node: string;
  readonly op: string;
  /** Name of the value in the float model. */
  readonly value: string;
  /** (l·r)/(‖l‖‖r‖); 1 when both are zero, 0 when one is. */
  readonly cosine: number;
  /** 10·log10(Σl²/Σ(r-l)²) in dB; Infinity for no error, 0 for a float layer that is all zero. */
  readonly sqnrDb: number;
  readonly maxAbs: number;
  readonly bits: number;
  readonly scale: number;
}

/** 10·log10(signal/error): Infinity for no error, 0 for no signal. */
export function sqnrDb(signal: number, error: number, kernels: Kernels): number {
  if (error === 0) return Number.POSITIVE_INFINITY;
  if (signal === 0) return 0;
  return (10 / Math.LN10) * kernels.evaluate("log", Float64Array.of(signal / error), 0, 0)[0]!;
}

/** Running sums over l (float) and r (dequantized). */
export class ErrorSums {
  dot = 0;
  left = 0;
  right = 0;
  error = 0;
  largest = 0;

  /** @param l float values; @param r integers of the same length, r[i]·scale being real. */
  add(l: ArrayLike<number>, r: ArrayLike<number>, scale: number): void {
    let [dot, left, right, error] = [0, 0, 0, 0];
    for (let i = 0; i < l.length; i++) {
      const a = l[i]!;
      const b = r[i]! * scale;
      const d = b - a;
      dot += a * b;
      left += a * a;
      right += b * b;
      error += d * d;
      if (Math.abs(d) > this.largest) this.largest = Math.abs(d);
    }
    this.dot += dot;
    this.left += left;
    this.right += right;
    this.error += error;
  }

  get cosine(): number {
    if (this.left === 0 && this.right === 0) return 1;
    if (this.left === 0 || this.right === 0) return 0;
    // Rounding can carry parallel vectors past 1.
    return Math.max(-1, Math.min(1, this.dot / Math.sqrt(this.left * this.right)));
  }

  /** See LayerError; the kernels' logarithm, the same on every host. */
  sqnrDb(kernels: Kernels): number {
    return sqnrDb(this.left, this.error, kernels);
  }
}

/** Adds one layer's float tensor against what stands for it: integers, or real numbers on their grid (QDQ). */
export function addLayer(sums: ErrorSums, float: Tensor, integer: Tensor, form: IntValue): void {
  if (float.dtype !== "float32") return;
  if (integer.dtype === "float32") sums.add(float.data, integer.data, 1);
  if (integer.dtype !== form.type.dtype) return;
  sums.add(float.data, integer.data as ArrayLike<number>, form.scale);
}
