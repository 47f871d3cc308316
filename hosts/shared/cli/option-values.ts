import { ConfigError } from "../../../core-ts/errors.ts";
import { nearest } from "./nearest.ts";

/** What values an option takes, as JSON Schema says it. */
export interface ValueSchema {
  readonly type: "integer" | "number" | "string";
  readonly enum?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
}

/** Text to value. @throws ConfigError naming the option. */
export interface ValueParser<T extends string | number = string | number> {
  (text: string, option: string): T;
  readonly schema: ValueSchema;
}

/** A parser that says what it takes. */
export function described<T extends string | number>(
  schema: ValueSchema,
  parse: (text: string, option: string) => T,
): ValueParser<T> {
  return Object.assign(parse, { schema });
}

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): ValueParser<number> {
  const isOpen = most === Number.MAX_SAFE_INTEGER;
  const range = isOpen ? `of at least ${least}` : `from ${least} to ${most}`;
  return described(
    { type: "integer", minimum: least, ...(isOpen ? {} : { maximum: most }) },
    (text, option) => {
      const value = Number(text);
      if (/^[+-]?\d+$/.test(text) && value >= least && value <= most) return value;
      throw new ConfigError(`${option} is "${text}", expected a whole number ${range}`, { option });
    },
  );
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Any finite number, written in decimals. */
export const decimal = described({ type: "number" }, (text, option) => {
  if (DECIMAL.test(text) && Number.isFinite(Number(text))) return Number(text);
  throw new ConfigError(`${option} is "${text}", expected a number, for instance 58.395`, { option });
});

/** A finite number above 0. */
export const positive = described({ type: "number", exclusiveMinimum: 0 }, (text, option) => {
  const value = decimal(text, option);
  if (value > 0) return value;
  throw new ConfigError(`${option} is ${text}, expected a number above 0`, { option });
});

/** A share: more than 0, at most 1. */
export const share = described({ type: "number", exclusiveMinimum: 0, maximum: 1 }, (text, option) => {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value <= 1) return value;
  throw new ConfigError(
    `${option} is "${text}", expected a number above 0 and up to 1, for instance 0.9999`,
    { option },
  );
});

/** One of a few words or numbers. */
export function oneOf<T extends string | number>(...allowed: readonly T[]): ValueParser<T> {
  const type = allowed.every((value) => typeof value === "number") ? "integer" : "string";
  return described({ type, enum: allowed }, (text, option) => {
    const found = allowed.find((value) => String(value) === text);
    if (found !== undefined) return found;
    const hint = nearest(text, allowed.map(String));
    throw new ConfigError(
      `${option} is "${text}", expected one of ${allowed.join(", ")}${hint ? `; did you mean ${hint}?` : ""}`,
      { option },
    );
  });
}

/** Any text but the empty one. */
export const nonEmpty = described({ type: "string", minLength: 1 }, (text, option) => {
  if (text !== "") return text;
  throw new ConfigError(`${option} is empty; give it a value or leave it out`, { option });
});
