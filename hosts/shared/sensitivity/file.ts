import { ConfigError } from "../../../core-ts/errors.ts";
import { isJsonObject, parseJson } from "../cli/json-object.ts";
import type { QuantSettings } from "../cli/settings.ts";
import type { Failed, LayerSensitivity, Measured, SensitivityFindings } from "./measure.ts";

/** What JSON has of a measurement: no infinity. */
function entry(found: Measured | Failed): object {
  if ("failure" in found) return found;
  const { sqnrDb, result } = found;
  return { sqnrDb: Number.isFinite(sqnrDb) ? sqnrDb : null, result };
}

/** `{name}_sensitivity.json`: layers in topological order; sqnrDb null: exact. */
export function sensitivityFileText(settings: QuantSettings, found: SensitivityFindings): string {
  const { chip, bits, mode } = settings.quant;
  const { float, samples, all, layers } = found;
  return `${JSON.stringify(
    {
      version: 1,
      model: settings.model,
      chip,
      bits,
      mode,
      samples,
      float,
      all: entry(all),
      layers: layers.map(({ node, op, only, without }: LayerSensitivity) => ({
        node,
        op,
        only: entry(only),
        without: entry(without),
      })),
    },
    null,
    1,
  )}\n`;
}

/** The share of the outputs' energy that is lost when only this layer is quantized; Infinity where it can't be. */
function noiseOf(only: unknown): number | undefined {
  if (!isJsonObject(only)) return undefined;
  if (typeof only.failure === "string") return Number.POSITIVE_INFINITY;
  if (only.sqnrDb === null) return 0;
  return typeof only.sqnrDb === "number" && Number.isFinite(only.sqnrDb)
    ? 10 ** (-only.sqnrDb / 10)
    : undefined;
}

/** Node → noise, from such a file. @throws ConfigError naming `option` for anything else. */
export function readSensitivityFile(text: string, file: string, option: string): ReadonlyMap<string, number> {
  const refused = (sentence: string, cause?: unknown) =>
    new ConfigError(`${option} ${file}: ${sentence}`, { option, file, cause });
  const value = parseJson(text, refused);
  const layers = isJsonObject(value) ? value.layers : undefined;
  if (!Array.isArray(layers))
    throw refused('it holds no "layers"; Knight sensitivity writes such a file, {name}_sensitivity.json');
  return new Map(
    layers.map((layer: unknown, i) => {
      const { node, only } = isJsonObject(layer) ? layer : {};
      const noise = noiseOf(only);
      if (typeof node !== "string" || noise === undefined)
        throw refused(`"layers"[${i}] has no "node" with "only": {"sqnrDb": number or null}`);
      return [node, noise] as const;
    }),
  );
}
