import {
  AbortedError,
  ConfigError,
  DataError,
  type ErrorCode,
  type ErrorPlace,
  HardwareRangeError,
  InternalError,
  KnightError,
  ModelError,
  reasonOf,
  UnsupportedError,
} from "../../../core-ts/errors.ts";

/** An error on its way between threads: a KnightError's class does not survive the way, its code does. */
export interface WireError {
  /** Absent for what is no KnightError. */
  readonly code?: ErrorCode;
  readonly message: string;
  readonly where: ErrorPlace;
  readonly stack: string | undefined;
}

export type Settled<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: WireError };

type ErrorClass = new (message: string, details: ErrorPlace & { readonly cause?: unknown }) => KnightError;

const CLASSES: Readonly<Record<ErrorCode, ErrorClass>> = {
  MODEL: ModelError,
  UNSUPPORTED: UnsupportedError,
  CONFIG: ConfigError,
  DATA: DataError,
  HARDWARE_RANGE: HardwareRangeError,
  ABORTED: AbortedError,
  INTERNAL: InternalError,
};

function wireError(error: unknown): WireError {
  const stack = error instanceof Error ? error.stack : undefined;
  if (error instanceof KnightError)
    return { code: error.code, message: error.message, where: error.where, stack };
  return { message: reasonOf(error), where: {}, stack };
}

/** Does the work; what it throws becomes a value. */
export async function settle<T>(work: () => T | Promise<T>): Promise<Settled<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error: wireError(error) };
  }
}

/** The value, or the error thrown as the KnightError it was; the other thread's stack is its cause. */
export function unwrap<T>(settled: Settled<T>): T {
  if (settled.ok) return settled.value;
  const { code = "INTERNAL", message, where, stack } = settled.error;
  throw new CLASSES[code](message, { ...where, cause: stack });
}
