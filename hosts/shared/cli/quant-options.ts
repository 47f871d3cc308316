import { INPUT_TYPES } from "../../../core-ts/edges/input-types.ts";
import { IR_FORMS } from "../../../core-ts/emit/fixed.ts";
import { ConfigError } from "../../../core-ts/errors.ts";
import { isConverted } from "../../../core-ts/frontends/index.ts";
import { OBSERVERS, type ObserverName } from "../../../core-ts/observers/index.ts";
import { BACKENDS } from "../backend-choice.ts";
import { BAD_DATA } from "../infer/configured/task.ts";
import { mixStrategy, STRATEGIES } from "./mix-settings.ts";
import type { OptionSpec } from "./option-spec.ts";
import { decimal, described, nonEmpty, oneOf, positive, share, wholeNumber } from "./option-values.ts";
import { NEXT_SHAPE } from "./source-settings.ts";

export const RUN_MODES = ["quant", "infer", "convert", "compare"] as const;
export type RunMode = (typeof RUN_MODES)[number];

/** Where results go when nothing is said (the manual's default). */
export const DEFAULT_SAVE_DIR = "/TS-KnightOutput/QuantOnnx/";

/** The manual's frameworks. */
export const FRAMEWORKS = ["onnx", "pytorch", "caffe", "paddle", "tensorflow"] as const;

const isKnown = (name: string): boolean => name === "onnx" || isConverted(name);

/** A framework that this version reads. */
export const framework = described({ type: "string", enum: FRAMEWORKS.filter(isKnown) }, (text, option) => {
  if (isKnown(text)) return text;
  const later = (FRAMEWORKS as readonly string[]).includes(text);
  throw new ConfigError(
    later
      ? `${option} ${text} is not supported yet in this version; convert the model to ONNX with the framework's own exporter`
      : `${option} is "${text}", expected one of ${FRAMEWORKS.filter(isKnown).join(", ")}`,
    { option },
  );
});

const dimension = described({ type: "integer", minimum: -1 }, (text, option) => {
  if (text === NEXT_SHAPE) return text;
  if (/^-?\d+$/.test(text) && Number(text) >= -1 && text !== "0") return Number(text);
  throw new ConfigError(
    `${option} holds "${text}", expected dimensions, for instance 1 3 224 224; -1 leaves the batch open`,
    { option },
  );
});

/** The manual's 参数说明, as far as this version goes; order is that of the help text. */
export const QUANT_OPTIONS: readonly OptionSpec[] = [
  // biome-ignore format: one option a line reads as the table it is
  { long: "model", shorts: ["m"], group: "Model", value: "FILE", required: true, parse: nonEmpty, help: "the model: .onnx; with -f another framework's file, for pytorch also the name of a model that -uds registers" },
  // biome-ignore format: see above
  { long: "framework", shorts: ["f"], group: "Model", value: "NAME", fallback: "onnx", parse: framework, help: `what the model was made with: ${FRAMEWORKS.filter(isKnown).join(" | ")}` },
  // biome-ignore format: see above
  { long: "weight", shorts: ["w"], group: "Model", value: "FILE", parse: nonEmpty, help: "weights in a file of their own: .caffemodel, .pdiparams, .pth" },
  // biome-ignore format: see above
  { long: "input-shapes", shorts: ["is"], group: "Model", value: "N", many: true, groups: true, fallbackText: "the model's own", parse: dimension, help: "caffe, paddle: the shape of an input, for instance where the file leaves it open; once for each input, in order" },
  // biome-ignore format: see above
  { long: "start-node-names", shorts: ["snn"], group: "Model", value: "NAME", many: true, fallbackText: "the graph's placeholders", parse: nonEmpty, help: "tensorflow: values that become the model's inputs, as name:0" },
  // biome-ignore format: see above
  { long: "end-node-names", shorts: ["enn"], group: "Model", value: "NAME", many: true, fallbackText: "what nothing reads", parse: nonEmpty, help: "tensorflow: values that become the model's outputs, as name:0" },
  // biome-ignore format: see above
  { long: "convert2chw", shorts: ["c2chw"], group: "Model", fallbackText: "off", help: "tensorflow: the model takes NCHW where the original took NHWC" },
  // biome-ignore format: see above
  { long: "reference", shorts: [], group: "Model", value: "FILE", parse: nonEmpty, help: ".npz of inputs and outputs recorded in the original framework: the converted model is compared with them" },
  // biome-ignore format: see above
  { long: "python", shorts: [], group: "Model", value: "FILE", fallbackText: "python3 or python on the PATH", parse: nonEmpty, help: "the Python that runs a -uds script.py (with numpy, and torch for a model), and in which a conversion is compared with the framework itself where that is installed; none: no such comparison" },
  // biome-ignore format: see above
  { long: "run-mode", shorts: ["r"], group: "Run", value: "MODE", fallback: "quant", parse: oneOf(...RUN_MODES), help: `${RUN_MODES.join(" | ")}: quantize; run a float or quantized model; write the optimized float model; quantize and dump (as -du)` },
  // biome-ignore format: see above
  { long: "infer-func", shorts: ["if"], group: "Data", value: "NAME", fallback: "infer_auto", parse: nonEmpty, help: "the function that feeds the model and returns its accuracy; infer_auto feeds random data, infer_files the .npy, .npz, .jpg, .png and .bmp files of -d, infer_common (also infer_default) what \"input-configs\" of a run-config names, and measures the accuracy" },
  // biome-ignore format: see above
  { long: "user-defined-script", shorts: ["uds"], group: "Data", value: "FILE", parse: nonEmpty, help: "script that registers infer functions, in Python, TypeScript or JavaScript; with -f pytorch the Python script that registers the model too" },
  // biome-ignore format: see above
  { long: "data", shorts: ["d"], group: "Data", value: "PATH", parse: nonEmpty, help: "data for the infer function: executor.dataset" },
  // biome-ignore format: see above
  { long: "bad-data", shorts: [], group: "Data", value: "WHAT", fallback: "stop", parse: oneOf(...BAD_DATA), help: "what infer_common does about files that can't be read and labels that fit no file: stop | skip: end with an error; leave them out and name them" },
  // biome-ignore format: see above
  { long: "iteration", shorts: ["i"], group: "Data", value: "N", fallback: 1, many: true, parse: wholeNumber(1), help: "batches to run: executor.iteration; several numbers: a strategy each" },
  // biome-ignore format: see above
  { long: "cache-distribution", shorts: ["cd"], group: "Data", value: "PATH", many: true, fallbackText: "none", parse: nonEmpty, help: "calibration cache, a file or a folder: made where there is none, read (and then no calibration) where there is; several are merged" },
  // biome-ignore format: see above
  { long: "batch-size", shorts: ["bs"], group: "Data", value: "N", fallback: 1, parse: wholeNumber(1), help: "samples in a batch of data: executor.batch_size; for models with a dynamic batch" },
  // biome-ignore format: see above
  { long: "ir-batch", shorts: ["ib"], group: "Output", value: "N", fallback: 1, parse: wholeNumber(1), help: "batch of the quantized model, where the float model's is dynamic" },
  // biome-ignore format: see above
  { long: "bit-width", shorts: ["b"], group: "Precision", value: "BITS", fallback: 8, parse: oneOf(8, 16), help: "8 | 16" },
  // biome-ignore format: see above
  { long: "quant-mode", shorts: ["qm"], group: "Precision", value: "MODE", fallbackText: "kl at 8 bit, min_max at 16 bit", many: true, parse: oneOf(...(Object.keys(OBSERVERS) as ObserverName[]), "all"), help: `how ranges of activations are chosen: ${Object.keys(OBSERVERS).join(" | ")} | all; several: each is tried, and the best kept` },
  // biome-ignore format: see above
  { long: "percent", shorts: ["per"], group: "Precision", value: "SHARE", fallback: 0.99999, parse: share, help: "share of the values that -qm percentile keeps" },
  // biome-ignore format: see above
  { long: "lut-len", shorts: ["ll"], group: "Precision", value: "N", fallback: 10, parse: wholeNumber(8, 12), help: "16-bit tables have 2^N steps, N from 8 to 12" },
  // biome-ignore format: see above
  { long: "layer-threshold", shorts: ["lt"], group: "Precision", value: "X", fallbackText: "none", parse: positive, help: "largest magnitude at the input and output of LayerNormalization; what goes beyond saturates" },
  // biome-ignore format: see above
  { long: "unify-input-scale", shorts: ["uis"], group: "Precision", fallbackText: "off", help: "the inputs of a Concat share one scale, so that none is requantized in front of it" },
  // biome-ignore format: see above
  { long: "quantize-input-dtype", shorts: ["qid"], group: "Data", value: "TYPE", many: true, fallbackText: "None", parse: oneOf(...INPUT_TYPES), help: `${INPUT_TYPES.join(" | ")}, one for all inputs or one each: the quantized model takes such integers as they are; float32 and None leave an input as it is` },
  // biome-ignore format: see above
  { long: "mean", shorts: [], group: "Data", value: "X", many: true, fallbackText: "none", parse: decimal, help: "with --std: (x - mean) / std in front of the first input, one value or one per channel" },
  // biome-ignore format: see above
  { long: "std", shorts: [], group: "Data", value: "X", many: true, fallbackText: "none", parse: positive, help: "with --mean: see there" },
  // biome-ignore format: see above
  { long: "output-name", shorts: ["on"], group: "Model", value: "NAME", many: true, fallbackText: "the model's own outputs", parse: nonEmpty, help: "nodes or values that become the model's outputs; what lies behind them is cut off" },
  // biome-ignore format: see above
  { long: "exclude", shorts: [], group: "Precision", value: "NAME", many: true, fallbackText: "none", parse: nonEmpty, help: "nodes that stay float" },
  // biome-ignore format: see above
  { long: "ir", shorts: [], group: "Output", value: "FORM", fallback: "fixed", parse: oneOf(...IR_FORMS), help: "form of the quantized model: fixed is all integer; qdq is a float model with QuantizeLinear and DequantizeLinear, for the int8 kernels of other runtimes" },
  // biome-ignore format: see above
  { long: "output-dequant", shorts: ["od"], group: "Output", fallbackText: "off", help: "the quantized model's outputs are real numbers instead of the integers that stand for them" },
  // biome-ignore format: see above
  { long: "dump", shorts: ["du"], group: "Output", help: "also write every layer's output, float and quantized, as .npy" },
  // biome-ignore format: see above
  { long: "generate-scale-json", shorts: ["gsj"], group: "Output", help: "also write {name}_scale.json, the scale of every value" },
  // biome-ignore format: see above
  { long: "load-scale-json", shorts: ["lsj"], group: "Precision", value: "FILE", parse: nonEmpty, help: "take the scales from such a file instead of calibrating" },
  // biome-ignore format: see above
  { long: "save-dir", shorts: ["s"], group: "Output", value: "DIR", fallback: DEFAULT_SAVE_DIR, parse: nonEmpty, help: "folder for the results; made when it is not there" },
  // biome-ignore format: see above
  { long: "generate-template", shorts: ["gt"], group: "Mixed precision", help: "write {name}_mix.json, the precision of every node, and stop" },
  // biome-ignore format: see above
  { long: "mix-config", shorts: ["mc"], group: "Mixed precision", value: "FILE", parse: nonEmpty, help: "quantize every node with the precision such a file gives it" },
  // biome-ignore format: see above
  { long: "auto-mix-strategy", shorts: ["ams"], group: "Mixed precision", value: "NAME", fallback: "initial", parse: mixStrategy, help: `what -gt writes: ${STRATEGIES.join(" | ")} | FILE.json: -b and -qm for all; 16 bit near inputs and outputs; 16 bit for the layers to which the outputs are most sensitive, estimated on the data; the same as Knight sensitivity has measured it` },
  // biome-ignore format: see above
  { long: "auto-mix-ratio", shorts: ["amr"], group: "Mixed precision", value: "SHARE", fallback: 0.5, parse: share, help: "share of the nodes that -gt leaves at 8 bit" },
  // biome-ignore format: see above
  { long: "run-config", shorts: ["rc"], group: "Run", value: "FILE", parse: nonEmpty, help: "JSON file with these options; those on the command line beat it" },
  // biome-ignore format: see above
  { long: "cpu-num", shorts: ["cn"], group: "Run", value: "N", fallback: 5, parse: wholeNumber(1), help: "CPU threads; never more than there are cores" },
  // biome-ignore format: see above
  { long: "backend", shorts: [], group: "Run", value: "NAME", fallback: "auto", parse: oneOf(...BACKENDS), help: "native: onnxruntime-node, the fastest; wasm: onnxruntime-web, which writes the same bytes on every host; auto: native where it can be loaded" },
  // biome-ignore format: see above
  { long: "log-level", shorts: ["l"], group: "Run", value: "LEVEL", fallback: 3, parse: wholeNumber(0, 3), help: "0 debug | 1 info | 2 warning | 3 error; 0 also shows where in the program an error arose" },
];
