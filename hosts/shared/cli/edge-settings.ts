import type { InputType } from "../../../core-ts/edges/input-types.ts";
import { normalizationOf } from "../../../core-ts/edges/normalize-input.ts";
import { ConfigError } from "../../../core-ts/errors.ts";
import type { QuantOptions } from "../../../core-ts/pipeline.ts";
import type { ParsedOptions } from "./command.ts";
import type { RunMode } from "./quant-options.ts";

type EdgeOptions = Pick<
  QuantOptions,
  "inputTypes" | "mean" | "std" | "outputNames" | "unifyScales" | "layerThreshold" | "exclude"
>;

/** The manual: --mean and --std hold in run mode quant only (compare is quant with a dump); -on where a model is made. */
function refuseByRunMode({ given }: ParsedOptions, runMode: RunMode): void {
  const quantizes = runMode === "quant" || runMode === "compare";
  if ((given("mean") || given("std")) && !quantizes) {
    const why =
      runMode === "infer"
        ? "a quantized model has its normalisation in it"
        : "it would change the float model";
    throw new ConfigError(
      `--mean and --std are for -r quant only, and -r is ${runMode}: ${why}; leave them out`,
      {
        option: "--mean",
      },
    );
  }
  if (given("outputName") && runMode === "infer") {
    throw new ConfigError(
      "-on/--output-name cuts a model that is quantized or converted, and -r is infer; leave it out",
      { option: "-on/--output-name" },
    );
  }
}

/**
 * -qid, --mean, --std, -on, -uis and -lt. What depends on the model (counts, names) is checked when it is read.
 * @throws ConfigError for --mean without --std, and in run modes that have no use for them.
 */
export function edgeSettings(parsed: ParsedOptions, runMode: RunMode): EdgeOptions {
  const { values, given } = parsed;
  refuseByRunMode(parsed, runMode);
  const mean = values.mean as readonly number[] | undefined;
  const std = values.std as readonly number[] | undefined;
  normalizationOf(mean, std);
  return {
    ...(given("quantizeInputDtype") ? { inputTypes: values.quantizeInputDtype as readonly InputType[] } : {}),
    ...(mean && std ? { mean, std } : {}),
    ...(given("outputName") ? { outputNames: values.outputName as readonly string[] } : {}),
    ...(given("exclude") ? { exclude: values.exclude as readonly string[] } : {}),
    ...(values.unifyInputScale === true ? { unifyScales: true } : {}),
    ...(given("layerThreshold") ? { layerThreshold: values.layerThreshold as number } : {}),
  };
}

/** Options of the edges that are accepted and change nothing. */
export function edgeNotes({ given, values }: ParsedOptions, runMode: RunMode): string[] {
  const types = (values.quantizeInputDtype ?? []) as readonly InputType[];
  const notes: string[] = [];
  if (given("layerThreshold") && runMode !== "quant" && runMode !== "compare")
    notes.push(`-lt/--layer-threshold has no effect with -r ${runMode}: no model is quantized`);
  if (given("exclude") && runMode !== "quant" && runMode !== "compare")
    notes.push(`--exclude has no effect with -r ${runMode}: no model is quantized`);
  if (runMode === "convert" && types.some((type) => type !== "float32" && type !== "None"))
    notes.push("-qid/--quantize-input-dtype has no effect with -r convert: the float model takes float32");
  return notes;
}
