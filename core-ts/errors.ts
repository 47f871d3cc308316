/** Who must act decides the class; `where` says on what. The core throws, hosts map to exit codes or HTTP statuses. */

export interface ErrorPlace {
  readonly node?: string;
  readonly value?: string;
  readonly file?: string;
  readonly option?: string;
}

export type ErrorCode =
  | "MODEL"
  | "UNSUPPORTED"
  | "CONFIG"
  | "DATA"
  | "HARDWARE_RANGE"
  | "ABORTED"
  | "INTERNAL";

interface ErrorDetails extends ErrorPlace {
  readonly cause?: unknown;
}

/** Base of every error this project throws on purpose: what was found, what was expected, what to do. */
export abstract class KnightError extends Error {
  abstract readonly code: ErrorCode;
  readonly where: ErrorPlace;

  constructor(message: string, details: ErrorDetails = {}) {
    const { cause, ...where } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.where = where;
  }
}

/** The model file is broken or contradicts itself. */
export class ModelError extends KnightError {
  readonly code = "MODEL";
}
/** The model is sound, but asks for something this tool or chip does not have. */
export class UnsupportedError extends KnightError {
  readonly code = "UNSUPPORTED";
}
/** An option, a run-config or a user script is wrong. */
export class ConfigError extends KnightError {
  readonly code = "CONFIG";
}
/** The calibration or test data are wrong. */
export class DataError extends KnightError {
  readonly code = "DATA";
}
/** A multiplier or shift falls outside what the hardware holds. */
export class HardwareRangeError extends KnightError {
  readonly code = "HARDWARE_RANGE";
}
/** The user or the host asked to stop. */
export class AbortedError extends KnightError {
  readonly code = "ABORTED";
}
/** A mistake of ours. */
export class InternalError extends KnightError {
  readonly code = "INTERNAL";
}

/** What was thrown, in words: an error's message, or the thing itself. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
