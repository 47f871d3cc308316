import type { InputType } from "../../../core-ts/edges/input-types.ts";
import { normalizationOf } from "../../../core-ts/edges/normalize-input.ts";
import type { QuantOptions } from "../../../core-ts/pipeline.ts";
import { type Config, ConfigReader } from "../infer/input-config.ts";
import { readsInputConfigs } from "../infer/reference.ts";
import type { RunMode } from "./quant-options.ts";

type Edges = Pick<QuantOptions, "inputTypes" | "mean" | "std">;

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

/**
 * What "quantize_input_dtype" uint8 asks for (spec/facts.md), as -qid with --mean and --std do: the quantized model takes the integers as they are, and the
 * normalisation stands in front of its first input. The order of the entries is the order of the inputs; that it is, is checked where the model is known.
 * The command line beats it.
 */
export function configuredEdges(
  configs: readonly Config[],
  run: { readonly runMode: RunMode; readonly inferFunction: string },
  given: Edges,
): Edges {
  const quantizes = run.runMode === "quant" || run.runMode === "compare";
  if (!quantizes || !readsInputConfigs(run.inferFunction)) return {};
  const readers = configs.map((config, i) => new ConfigReader(config, String(config.input_name ?? i)));
  const types = readers.map((config): InputType => inputTypeOf(config) ?? "None");
  if (!types.includes("uint8")) return {};
  const normalizations = readers.map((config, i) =>
    types[i] === "uint8" ? normalizationIn(config) : undefined,
  );
  const [first] = normalizations;
  if (first) normalizationOf(first.mean, first.std);
  return {
    ...(given.inputTypes ? {} : { inputTypes: types }),
    ...(given.mean || !first ? {} : first),
  };
}
