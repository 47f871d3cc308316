import type { Prepared } from "../../../core-ts/pipeline.ts";

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

/** What the report says of calibration: how many samples, and for a QDQ model which scales they were for. */
export function calibrationText(
  { knownScales }: Pick<Prepared, "knownScales">,
  samples: number,
  loadedFrom?: string,
): string {
  if (loadedFrom !== undefined) return `not needed: the scales are those of ${loadedFrom}`;
  const ran = count(samples, "sample");
  if (!knownScales) return ran;
  const { known, calibrated } = knownScales;
  if (calibrated.length === 0)
    return `not needed: all ${known} scales are the model's own (QuantizeLinear, DequantizeLinear)`;
  return `${ran}, for ${count(calibrated.length, "scale")}; ${known} are the model's own (QuantizeLinear, DequantizeLinear)`;
}

/** Name of the float model's pass over the data. */
export function floatPassLabel({ knownScales }: Pick<Prepared, "knownScales">, loadedFrom?: string): string {
  if (loadedFrom !== undefined) return "Float model";
  return knownScales?.calibrated.length === 0 ? "Float model" : "Calibration";
}

const bitsLost = (factor: number): string => Math.log2(factor).toFixed(2);

const short = (x: number): string => String(Number(x.toPrecision(4)));

/** What the chip's symmetric grid costs ranges that lie unevenly around 0. */
export function wideningNotes({ knownScales }: Pick<Prepared, "knownScales">): string[] {
  const widened = knownScales?.widened ?? [];
  const [worst] = [...widened].sort((a, b) => b.factor - a.factor);
  if (!knownScales || !worst) return [];
  return [
    `${widened.length} of ${count(knownScales.known, "range")} of the QDQ model lie unevenly around 0 and are widened to the chip's symmetric grid; ` +
      `the most at "${worst.value}": [${short(worst.low)}, ${short(worst.high)}] loses ${bitsLost(worst.factor)} bits`,
  ];
}
