import type { ValueParser } from "./option-values.ts";

/** Headings of the help texts, in the order they are printed. */
export const GROUPS = [
  ...(["Model", "Data", "Precision", "Mixed precision"] as const),
  ...(["Dumps", "Layers", "Measures", "Elements", "Pictures"] as const),
  ...(["Output", "Run"] as const),
] as const;
export type OptionGroup = (typeof GROUPS)[number];

/** One option of the manual. Names come without dashes; the short ones of the manual have one dash and often several letters. */
export interface OptionSpec {
  readonly long: string;
  /** First the one to show, then those that old scripts use. */
  readonly shorts: readonly string[];
  readonly group: OptionGroup;
  readonly help: string;
  /** What stands for the value in the help text; absent for a switch. */
  readonly value?: string;
  readonly required?: boolean;
  /** What an absent option means; the help text carries it. */
  readonly fallback?: string | number;
  /** A default that depends on other options, in words. */
  readonly fallbackText?: string;
  /** Takes all values up to the next option, and is an array; given again it appends. Numbers below zero are values. */
  readonly many?: boolean;
  /** Given again it begins another group of values instead of appending to the first. */
  readonly groups?: boolean;
  /** Text to value; of an option with many values, one of them. @throws ConfigError naming the option. */
  readonly parse?: ValueParser;
}

/** How a message names the option: "-bs/--batch-size". */
export function optionName({ long, shorts }: Pick<OptionSpec, "long" | "shorts">): string {
  return shorts.length > 0 ? `-${shorts[0]}/--${long}` : `--${long}`;
}
