import type { Ranges } from "../calibrate/ranges.ts";
import { DataError } from "../errors.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { OBSERVERS } from "../observers/index.ts";
import type { QuantPlan } from "../plan/plan.ts";
import { activationScale, intType } from "./scale.ts";

/** The scale of one own value and what it came from. */
export interface ChosenScale {
  readonly scale: number;
  readonly threshold: number;
  /** Largest |x| calibration saw. */
  readonly largest: number;
}

/**
 * Asks each value's observer for its threshold. No statistics mean no sample ever reached the value.
 * @throws DataError naming the value when nothing was observed.
 */
export function chooseScales(
  plan: QuantPlan,
  ranges: Ranges,
  options: { readonly percent: number; readonly kernels: Kernels },
): Map<string, ChosenScale> {
  const chosen = new Map<string, ChosenScale>();
  for (const [value, valuePlan] of plan.values) {
    if (valuePlan.kind !== "own") continue;
    const stats = ranges.stats.get(value);
    if (!stats || stats.count === 0) {
      throw new DataError(
        `no calibration data reached "${value}"; run at least one batch through forward()`,
        { value },
      );
    }
    const type = intType(valuePlan.bits, valuePlan.signed);
    const threshold = OBSERVERS[valuePlan.observer].range(
      stats,
      { levels: type.qmax, signed: type.signed },
      options,
    );
    const scale = activationScale(threshold, type.qmax);
    chosen.set(value, {
      scale,
      threshold: scale * type.qmax,
      largest: Math.max(Math.abs(stats.min), Math.abs(stats.max)),
    });
  }
  return chosen;
}
