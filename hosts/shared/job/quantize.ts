import { InternalError } from "../../../core-ts/errors.ts";
import type { QuantReport } from "../quant/report-quant.ts";
import { runQuant } from "../quant/run-quant.ts";
import type { JobFile, JobHost, JobRequest } from "./job.ts";
import { openJob } from "./run.ts";

/** A value's scale: integer · scale = real; `threshold` is the largest magnitude it holds. */
export interface JobScale {
  readonly scale: number;
  readonly bits: number;
  readonly threshold: number;
}

export interface QuantizeResult {
  /** {name}_quantize.onnx. */
  readonly model: JobFile;
  /** By value; the content of {name}_scale.json, which the option "load-scale-json" takes. Empty where that option is given. */
  readonly scales: Readonly<Record<string, JobScale>>;
  /** Everything else the run wrote: the scale file, the float model it was made from, reports. */
  readonly files: readonly JobFile[];
  readonly report: QuantReport;
  /** The summary that the command prints. */
  readonly text: string;
}

const MODEL = /^[^/]+_quantize\.onnx$/;
const SCALES = /^[^/]+_scale\.json$/;

/** Whether the scales are given: then there are none to write, and the command refuses to. */
function loadsScales({ options = {} }: JobRequest): boolean {
  return (options["load-scale-json"] ?? options.load_scale_json ?? null) !== null;
}

/** Knight quant over files in memory. @throws every KnightError that the command reports. */
export async function quantizeJob(request: JobRequest, host: JobHost): Promise<QuantizeResult> {
  const run = await openJob(request, host, {
    runMode: "quant",
    unlessGiven: loadsScales(request) ? {} : { "generate-scale-json": true },
  });
  const report = await runQuant(run);
  const results = run.results();
  const model = results.find(({ name }) => MODEL.test(name));
  if (!model) throw new InternalError("the run wrote no quantized model");
  const scales = results.find(({ name }) => SCALES.test(name));
  return {
    model,
    scales: scales ? (JSON.parse(new TextDecoder().decode(scales.bytes)) as QuantizeResult["scales"]) : {},
    files: results.filter((file) => file !== model),
    report,
    text: run.text.value,
  };
}
