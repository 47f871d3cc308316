/** Where the entries of a 16-bit table stand, and how far interpolation between them is from the function. */
import { attr } from "../graph/attributes.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { clamp } from "../quantize/scale.ts";
import type { RealFunction } from "./real-function.ts";
import type { Attributes, IntValue } from "./record.ts";

/** One kind of 16-bit table. */
export interface TableGrid {
  readonly op: "Lut16" | "LogLut16";
  /** The integer input of every entry; neighbours are interpolated except across a `break`. */
  readonly inputs: readonly number[];
  /** Position of the first entry of the second part, if there is one. */
  readonly break?: number;
  readonly attrs: Attributes;
}

/** 2^length cells of the same width. */
export function evenGrid(x: IntValue, length: number): TableGrid {
  const step = powerOfTwo(16 - length);
  const inputs = Array.from({ length: powerOfTwo(length) + 1 }, (_, i) => x.type.qmin + i * step);
  return { op: "Lut16", inputs, attrs: { frac_bits: attr.int(16 - length) } };
}

/** As many cells in every octave of |x|, for functions that are steep at 0: every integer near 0 has an entry of its own. Negative x follow behind. */
export function octaveGrid(x: IntValue, length: number): TableGrid {
  const k = length - 4;
  const cells = powerOfTwo(k);
  const side = Array.from({ length: (17 - k) * cells + 1 }, (_, i) => {
    const e = Math.max(Math.floor(i / cells) - 1, 0);
    return (i - e * cells) * powerOfTwo(e);
  });
  const negative = x.type.signed ? side.map((a) => -a) : [];
  return {
    op: "LogLut16",
    inputs: [...side, ...negative],
    break: side.length,
    attrs: { octave_bits: attr.int(k) },
  };
}

export interface TableError {
  /** Steps of the output by which interpolation is off at most. */
  readonly steps: number;
  /** The real input where that is. */
  readonly at: number;
}

/** Integer inputs between the entries, where a smooth function, a kink and a step show their error: three in a cell. */
function between(grid: TableGrid): { cell: number; input: number; part: number }[] {
  return grid.inputs.slice(0, -1).flatMap((left, cell) => {
    const width = grid.inputs[cell + 1]! - left;
    if (Math.abs(width) < 2 || cell + 1 === grid.break) return [];
    return [0.25, 0.5, 0.75].map((wanted) => {
      const moved = Math.round(width * wanted);
      return { cell, input: left + moved, part: moved / width };
    });
  });
}

/** Largest error inside the inner half of both grids, where calibration saw data: 16-bit thresholds are twice the range. */
export function interpolationError(
  grid: TableGrid,
  entries: readonly number[],
  fn: RealFunction,
  form: { readonly x: IntValue; readonly y: IntValue; readonly qmin: number; readonly qmax: number },
): TableError {
  const { x, y, qmin, qmax } = form;
  const points = between(grid).filter(({ input }) => Math.abs(input) <= x.type.qmax / 2);
  const exact = fn(Float64Array.from(points, ({ input }) => input * x.scale));
  let worst = { steps: 0, at: 0 };
  for (const [k, { cell, input, part }] of points.entries()) {
    const real = exact[k]! / y.scale;
    if (!(Math.abs(real) <= y.type.qmax / 2 + 1)) continue;
    const found = entries[cell]! + (entries[cell + 1]! - entries[cell]!) * part;
    const steps = Math.abs(found - clamp(real, qmin, qmax));
    if (steps > worst.steps) worst = { steps, at: input * x.scale };
  }
  return worst;
}
