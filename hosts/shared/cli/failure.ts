import { type ErrorCode, KnightError, reasonOf } from "../../../core-ts/errors.ts";

/** Exit codes: 2 for what stands on the command line or in the user script, 1 for everything else; being stopped has the signal's own. */
const EXIT_CODES: Readonly<Record<ErrorCode, number>> = {
  MODEL: 1,
  UNSUPPORTED: 1,
  CONFIG: 2,
  DATA: 1,
  HARDWARE_RANGE: 1,
  ABORTED: 130,
  INTERNAL: 1,
};

/** Name of the signal that stopped the run, as the host's AbortSignal carries it → exit code by the convention 128 + number. */
const STOPPED: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** @param stopped why the host's signal fired, if it did. */
export function exitCodeOf(error: unknown, stopped?: unknown): number {
  const code = error instanceof KnightError ? EXIT_CODES[error.code] : 1;
  return code === EXIT_CODES.ABORTED ? (STOPPED[String(stopped)] ?? code) : code;
}

function placeOf({ where, message }: KnightError): string[] {
  // What the sentence names already is not said twice.
  const parts = Object.entries(where).filter(([, name]) => name !== undefined && !message.includes(name));
  return parts.length > 0 ? [`  at ${parts.map(([kind, name]) => `${kind} ${name}`).join(", ")}`] : [];
}

function stackOf(error: unknown): string[] {
  const lines: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) {
    const prefix = at === error ? "" : "caused by ";
    lines.push(`${prefix}${at.stack ?? at.message}`.replace(/^/gm, "  "));
  }
  return lines;
}

/** One block of text: what is wrong, where, and with `withStack` where in the program. */
export function describeFailure(error: unknown, withStack: boolean): string {
  const known = error instanceof KnightError && error.code !== "INTERNAL";
  const message = reasonOf(error);
  const lines = [`error: ${known ? "" : "unexpected: "}${message}`];
  if (error instanceof KnightError) lines.push(...placeOf(error));
  if (withStack) lines.push(...stackOf(error));
  else if (!known) lines.push("  a mistake of this program or of the user script; -l 0 shows where it arose");
  return `${lines.join("\n")}\n`;
}
