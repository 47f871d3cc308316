import { ConfigError } from "../../../core-ts/errors.ts";
import type { ScaleTable, TableEntry } from "../../../core-ts/quantize/scale-table.ts";
import { isJsonObject, parseJson } from "./json-object.ts";

export const LOAD_SCALES = "-lsj/--load-scale-json";

/** A scale table as JSON, one value a line, sorted by name. */
export function scaleFileText(table: ScaleTable): string {
  const lines = [...table]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, { scale, bits, threshold }]) =>
        `  ${JSON.stringify(name)}: {"scale": ${scale}, "bits": ${bits}, "threshold": ${threshold}}`,
    );
  return `{\n${lines.join(",\n")}\n}\n`;
}

function entries(text: string, file: string): [string, unknown][] {
  const refused = (sentence: string, cause?: unknown) =>
    new ConfigError(`scale file ${file}: ${sentence}`, { option: LOAD_SCALES, cause });
  const value = parseJson(text, refused);
  if (isJsonObject(value)) return Object.entries(value);
  throw refused('it holds no object of values; -gsj writes one: {"conv1": {"scale": 0.02, "bits": 8}, ...}');
}

/** Reads what scaleFileText wrote; the threshold is for the reader only. @throws ConfigError naming file and value. */
export function readScaleFile(text: string, file: string): ScaleTable {
  return new Map(
    entries(text, file).map(([name, value]) => {
      const { scale, bits } = (value ?? {}) as Partial<TableEntry>;
      if (typeof scale !== "number" || (bits !== 8 && bits !== 16))
        throw new ConfigError(
          `scale file ${file}: "${name}" is ${JSON.stringify(value)}, expected {"scale": number, "bits": 8 or 16}`,
          { option: LOAD_SCALES },
        );
      return [name, { scale, bits, threshold: 0 }];
    }),
  );
}
