import type { Kernels } from "../kernels/kernels.ts";
import type { ErrorCurve, Width } from "./report.ts";

/** Expected SQNR in dB at a threshold, between the two points of the curve next to it; beyond its ends the last point. */
export function curveAt({ highest, ratio, sqnrDb }: ErrorCurve, width: Width, threshold: number): number {
  const points = sqnrDb[width];
  let [i, upper] = [0, highest];
  while (i < points.length - 1 && upper * ratio >= threshold) {
    upper *= ratio;
    i++;
  }
  const [here, next] = [points[i]!, points[Math.min(i + 1, points.length - 1)]!];
  const share = (upper - threshold) / (upper - upper * ratio);
  return here + Math.min(Math.max(share, 0), 1) * (next - here);
}

/** Decibels and powers relative to the signal's: dB = -10·log10(power). */
export class Decibels {
  constructor(private readonly kernels: Kernels) {}

  power(db: number): number {
    return this.kernels.evaluate("exp", Float64Array.of((-db * Math.LN10) / 10), 0, 0)[0]!;
  }

  of(power: number): number {
    return (-10 / Math.LN10) * this.kernels.evaluate("log", Float64Array.of(power), 0, 0)[0]!;
  }

  /** Noise of `total` dB in which a part of `from` dB becomes `to` dB; the rest stays, and is at least nothing. */
  replaced(total: number, from: number, to: number): number {
    return this.of(Math.max(this.power(total) - this.power(from), 0) + this.power(to));
  }
}
