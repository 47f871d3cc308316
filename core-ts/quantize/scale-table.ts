/** The scales that calibration chooses, as a table that can be written, edited and given back in the place of calibration. */
import type { Ranges } from "../calibrate/ranges.ts";
import type { BitWidth } from "../chips/index.ts";
import { ConfigError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { RangeOptions } from "../observers/observer.ts";
import type { QuantPlan, ValuePlan } from "../plan/plan.ts";
import { chooseScales } from "./thresholds.ts";

export interface TableEntry {
  /** real = scale · q; a float32 number. */
  readonly scale: number;
  readonly bits: BitWidth;
  /** The largest real value the grid holds. */
  readonly threshold: number;
}

/** Value name → its scale. */
export type ScaleTable = ReadonlyMap<string, TableEntry>;

type Own = Extract<ValuePlan, { kind: "own" }>;

/** Values whose scale the data decide, in the plan's order. */
export function openValues(plan: QuantPlan): [string, Own][] {
  return [...plan.values].flatMap(([name, value]) =>
    value.kind === "own" && value.scale === undefined ? [[name, value] as [string, Own]] : [],
  );
}

/** The scales a quantization by this plan and these ranges uses. */
export function scaleTable(plan: QuantPlan, ranges: Ranges, options: RangeOptions): ScaleTable {
  const chosen = chooseScales(plan, ranges, options);
  return new Map(
    openValues(plan).map(([name, { bits }]) => {
      const { scale, threshold } = chosen.get(name)!;
      return [name, { scale, bits, threshold }];
    }),
  );
}

function problemsOf(plan: QuantPlan, table: ScaleTable): string[] {
  const wanted = new Map(openValues(plan));
  const names = [...wanted.keys()];
  const missing = names.filter((name) => !table.has(name)).map((name) => `the scale of "${name}" is missing`);
  const wrong = [...table].flatMap(([name, { scale, bits }]) => {
    const own = wanted.get(name);
    if (!own) {
      const hint = nearest(name, names);
      return [
        `"${name}" has no scale in this model's plan${hint ? `; did you mean "${hint}"?` : "; take it out"}`,
      ];
    }
    if (!(Number.isFinite(Math.fround(scale)) && Math.fround(scale) > 0))
      return [`the scale of "${name}" is ${scale}, expected a positive finite number`];
    return bits === own.bits
      ? []
      : [`"${name}" has ${bits} bit in the table and ${own.bits} in the plan; give the same -b`];
  });
  return [...missing, ...wrong];
}

/**
 * The plan with these scales in the place of observers: it needs no data.
 * @throws ConfigError that lists every missing, unknown, non-positive and ill-sized scale by name.
 */
export function withScales(plan: QuantPlan, table: ScaleTable): QuantPlan {
  const problems = problemsOf(plan, table);
  if (problems.length > 0)
    throw new ConfigError(
      `the scales do not fit this model: ${problems.length === 1 ? problems[0] : `\n  ${problems.join("\n  ")}`}`,
    );
  const values = new Map(plan.values);
  for (const [name, own] of openValues(plan))
    values.set(name, { ...own, scale: Math.fround(table.get(name)!.scale) });
  return { ...plan, values };
}
