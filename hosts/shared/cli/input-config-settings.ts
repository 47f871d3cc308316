import type { InputType } from "../../../core-ts/edges/input-types.ts";
import { normalizationOf } from "../../../core-ts/edges/normalize-input.ts";
import type { QuantOptions } from "../../../core-ts/pipeline.ts";
import { type Config, ConfigReader, inputTypeOf, normalizationIn } from "../infer/input-config.ts";
import { readsInputConfigs } from "../infer/reference.ts";
import type { RunMode } from "./quant-options.ts";

type Edges = Pick<QuantOptions, "inputTypes" | "mean" | "std">;

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
