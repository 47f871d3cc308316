import type { Ranges } from "../calibrate/ranges.ts";
import type { Prepared } from "../pipeline.ts";

export type Severity = "error" | "warning" | "note";

/** Something a user should know of a model before quantizing it. */
export interface Finding {
  readonly severity: Severity;
  /** Name of the check, for machines. */
  readonly check: string;
  /** Node, value or file it is about; "" for the whole model. */
  readonly place: string;
  readonly what: string;
  readonly remedy: string;
}

/** What checks look at. */
export interface Patient {
  readonly prepared: Prepared;
  /** Ranges on random data: an estimate of the magnitudes, not of the thresholds. */
  readonly ranges: Ranges;
  /** Largest |x| of every channel (axis 1, or the last of a matrix) of the linear nodes' outputs, by value, on the same data. */
  readonly channels: ReadonlyMap<string, Float64Array>;
}

/** Looks for one kind of trouble. */
export type Check = (patient: Patient) => Finding[];
