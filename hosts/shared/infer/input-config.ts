import { ConfigError } from "../../../core-ts/errors.ts";

/** One entry of "input-configs". */
export type Config = Readonly<Record<string, unknown>>;

/** Reads the values of one entry of "input-configs", as loosely as the files in the wild write them (spec/facts.md). */
export class ConfigReader {
  /** @param input the entry's input, for messages. */
  constructor(
    private readonly config: Config,
    private readonly input: string,
  ) {}

  fail(key: string, expected: string): never {
    const value = this.config[key];
    const found = value === undefined ? "missing" : JSON.stringify(value);
    throw new ConfigError(
      `"input-configs" of the input "${this.input}": "${key}" is ${found}, expected ${expected}`,
      { option: "-rc/--run-config", value: this.input },
    );
  }

  /** null, "" and "None" stand for nothing, as in the rest of a run-config. */
  get(key: string): unknown {
    const value = this.config[key];
    return value === null || value === "None" || value === "" ? undefined : value;
  }

  text(key: string): string | undefined {
    const value = this.get(key);
    return value === undefined || typeof value === "string" ? value : this.fail(key, "a text");
  }

  flag(key: string): boolean {
    const text = String(this.get(key) ?? false).toLowerCase();
    return text === "true" || (text !== "false" && this.fail(key, "true or false"));
  }

  /** A number, or a text that is one; `fallback` where there is none. */
  number(key: string, fallback: number, fits: { check(value: number): boolean; expected: string }): number {
    const given = this.get(key);
    if (given === undefined) return fallback;
    const value = typeof given === "string" || typeof given === "number" ? Number(given) : Number.NaN;
    return Number.isFinite(value) && fits.check(value) ? value : this.fail(key, fits.expected);
  }

  /** A list as an array, as one text with blanks or commas between, or one value alone. */
  list(key: string): readonly unknown[] | undefined {
    const given = this.get(key);
    if (given === undefined || Array.isArray(given)) return given;
    return typeof given === "string" ? given.trim().split(/[\s,]+/) : [given];
  }
}

/** What "quantize_input_dtype" of an entry says. @throws ConfigError for other values. */
export function inputTypeOf(config: ConfigReader): "float32" | "uint8" | undefined {
  const type = config.text("quantize_input_dtype");
  if (type === undefined || type === "float32" || type === "uint8") return type;
  return config.fail("quantize_input_dtype", "float32 or uint8");
}

/** "mean" and "std" of an entry whose data are fed as they are. @throws ConfigError where one is missing or no list of numbers. */
export function normalizationIn(config: ConfigReader): { readonly mean: number[]; readonly std: number[] } {
  const numbers = (key: string) => {
    const found = config.list(key)?.map((one) => (one === "" ? Number.NaN : Number(one)));
    if (found?.every((one) => Number.isFinite(one) && (key === "mean" || one > 0))) return found;
    return config.fail(
      key,
      `numbers${key === "std" ? " above 0" : ""}, since "quantize_input_dtype" is uint8, which needs "mean" and "std"`,
    );
  };
  return { mean: numbers("mean"), std: numbers("std") };
}
