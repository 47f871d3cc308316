import type { ParsedOptions } from "../cli/command.ts";
import { QUANT_OPTIONS } from "../cli/quant-options.ts";
import { NEXT_SHAPE } from "../cli/source-settings.ts";

/** An option of a command line and its values; none: a switch. */
export interface Word {
  readonly long: string;
  readonly values: readonly string[];
}

const camelCase = (long: string): string =>
  long.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** What the user gave, in the order of the option table; a run-config's options are among them. */
export function givenWords({ values, given }: ParsedOptions): Word[] {
  return QUANT_OPTIONS.flatMap(({ long, value }): Word[] => {
    const name = camelCase(long);
    if (!given(name) || (value === undefined && values[name] !== true)) return [];
    const list = value === undefined ? [] : [values[name]].flat();
    return [{ long, values: list.map(String) }];
  });
}

/** A word as POSIX shells read it back. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** By the short name, unless a value would be taken for an option; numbers below zero are not. */
function spelled({ long, values }: Word): string[] {
  const spec = QUANT_OPTIONS.find((known) => known.long === long);
  const short = spec?.shorts[0];
  const name = short === undefined ? `--${long}` : `-${short}`;
  if (values.some((value) => /^-(?!\.?\d)/.test(value))) return values.map((value) => `--${long}=${value}`);
  const shapes = values
    .join("\0")
    .split(NEXT_SHAPE)
    .map((shape) => shape.split("\0").filter((one) => one !== ""));
  if (!spec?.groups) return [name, ...values];
  return shapes.filter((shape) => shape.length > 0).flatMap((shape) => [name, ...shape]);
}

/** What to set and what to leave out, by long name. */
export interface Changes {
  readonly set?: Readonly<Record<string, readonly string[]>>;
  readonly drop?: readonly string[];
}

/** The command line with some options changed, to be pasted into a shell. */
export function commandText(chip: string, words: readonly Word[], { set = {}, drop = [] }: Changes): string {
  const kept = words.filter(({ long }) => !(long in set) && !drop.includes(long));
  const added = Object.entries(set).map(([long, values]) => ({ long, values }));
  const parts = ["Knight", "--chip", chip, "quant", ...[...kept, ...added].flatMap(spelled)];
  return parts.map(quoted).join(" ");
}
