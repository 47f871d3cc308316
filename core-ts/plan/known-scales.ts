import { wider } from "../qdq/grid.ts";
import type { Grid, KnownQuantization } from "../qdq/known.ts";
import { activationScale, intType } from "../quantize/scale.ts";
import { type QuantPlan, scaleOwner, type ValuePlan } from "./plan.ts";

type Own = Extract<ValuePlan, { kind: "own" }>;

/** The smallest scale on which the chip's grid, whose zero point is 0, holds the whole range; the model's own where the grids are the same. */
function scaleFor(grid: Grid, { bits, signed }: Own): number {
  const { qmin, qmax } = intType(bits, signed);
  const above = (grid.scale * grid.high) / qmax;
  const below = signed ? (grid.scale * grid.low) / qmin : 0;
  return activationScale(Math.max(above, below), 1);
}

/** The grid of each scale owner: its own, or the widest of those that only move its values. */
function gridsByOwner(plan: QuantPlan, known: KnownQuantization): Map<string, Grid> {
  const grids = new Map<string, Grid>();
  for (const [value, grid] of known.values) {
    const owner = scaleOwner(plan, value);
    if (owner === undefined) continue;
    const own = known.values.get(owner);
    grids.set(owner, own ?? wider(grids.get(owner), grid));
  }
  return grids;
}

/**
 * The plan with the scales of a QDQ model instead of observers, wherever the model has them. A range that lies unevenly around 0 is widened
 * to the chip's grid, which is symmetric.
 */
export function withKnownScales(plan: QuantPlan, known: KnownQuantization): QuantPlan {
  const values = new Map<string, ValuePlan>(plan.values);
  for (const [value, grid] of gridsByOwner(plan, known)) {
    const own = values.get(value);
    if (own?.kind === "own" && own.scale === undefined)
      values.set(value, { ...own, scale: scaleFor(grid, own) });
  }
  return { ...plan, values, known };
}

/** A value whose step is coarser than the QDQ model's: factor 2 is one bit. */
export interface Widened {
  readonly value: string;
  /** The model's range, in real units. */
  readonly low: number;
  readonly high: number;
  readonly factor: number;
}

/** What of a plan's scales came from a QDQ model. */
export interface KnownScales {
  /** Values whose scale is the model's. */
  readonly known: number;
  /** Values whose scale calibration has to find. */
  readonly calibrated: readonly string[];
  readonly widened: readonly Widened[];
}

/** Undefined for a plan of a float model. */
export function knownScales(plan: QuantPlan): KnownScales | undefined {
  if (!plan.known) return undefined;
  const grids = gridsByOwner(plan, plan.known);
  const owners = [...plan.values].filter(([, value]) => value.kind === "own") as [string, Own][];
  const widened = owners.flatMap(([value, { scale }]) => {
    const grid = grids.get(value);
    if (!grid || scale === undefined || scale <= grid.scale) return [];
    const [low, high] = [grid.scale * grid.low, grid.scale * grid.high];
    return [{ value, low, high, factor: scale / grid.scale }];
  });
  const calibrated = owners.filter(([, { scale }]) => scale === undefined).map(([value]) => value);
  return { known: owners.length - calibrated.length, calibrated, widened };
}
