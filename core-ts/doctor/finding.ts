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
}

/** Looks for one kind of trouble. */
export type Check = (patient: Patient) => Finding[];
