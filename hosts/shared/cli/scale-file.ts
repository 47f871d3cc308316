import { ConfigError } from "../../../core-ts/errors.ts";
import type { ScaleTable, TableEntry } from "../../../core-ts/quantize/scale-table.ts";

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
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new ConfigError(
      `scale file ${file}: it is no JSON (${cause instanceof Error ? cause.message : cause})`,
      { option: LOAD_SCALES, cause },
    );
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return Object.entries(value);
  throw new ConfigError(
    `scale file ${file}: it holds no object of values; -gsj writes one: {"conv1": {"scale": 0.02, "bits": 8}, ...}`,
    { option: LOAD_SCALES },
  );
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
