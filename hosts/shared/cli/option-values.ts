import { ConfigError } from "../../../core-ts/errors.ts";
import { nearest } from "./nearest.ts";

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string, option: string): number => {
    const value = Number(text);
    if (/^[+-]?\d+$/.test(text) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new ConfigError(`${option} is "${text}", expected a whole number ${range}`, { option });
  };
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Any finite number, written in decimals. */
export function decimal(text: string, option: string): number {
  if (DECIMAL.test(text) && Number.isFinite(Number(text))) return Number(text);
  throw new ConfigError(`${option} is "${text}", expected a number, for instance 58.395`, { option });
}

/** A finite number above 0. */
export function positive(text: string, option: string): number {
  const value = decimal(text, option);
  if (value > 0) return value;
  throw new ConfigError(`${option} is ${text}, expected a number above 0`, { option });
}

/** A share: more than 0, at most 1. */
export function share(text: string, option: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value <= 1) return value;
  throw new ConfigError(
    `${option} is "${text}", expected a number above 0 and up to 1, for instance 0.9999`,
    {
      option,
    },
  );
}

/** One of a few words or numbers. */
export function oneOf<T extends string | number>(...allowed: readonly T[]) {
  return (text: string, option: string): T => {
    const found = allowed.find((value) => String(value) === text);
    if (found !== undefined) return found;
    const hint = nearest(text, allowed.map(String));
    throw new ConfigError(
      `${option} is "${text}", expected one of ${allowed.join(", ")}${hint ? `; did you mean ${hint}?` : ""}`,
      { option },
    );
  };
}

/** Any text but the empty one. */
export function nonEmpty(text: string, option: string): string {
  if (text !== "") return text;
  throw new ConfigError(`${option} is empty; give it a value or leave it out`, { option });
}
