import { writeModel } from "../../../core-ts/onnx/write.ts";
import { scaleTable } from "../../../core-ts/quantize/scale-table.ts";
import type { Report } from "../../../core-ts/report/report.ts";
import { scaleFileText } from "../cli/scale-file.ts";
import { makeReport } from "../report/make-report.ts";
import { ADVICE } from "../report/remedy-commands.ts";
import { reportHtml } from "../report/report-html.ts";
import type { QuantReport } from "./report-quant.ts";
import type { Outcome } from "./strategies.ts";
import type { Summary } from "./summary.ts";
import type { Snapshot, Work } from "./work.ts";

/** -gsj: the scales that calibration chose. */
async function writeScales(work: Work, { ranges }: Snapshot, folder: string): Promise<QuantReport["files"]> {
  const { staging, ports, settings, prepared, host } = work;
  const name = `${folder}${ports.files.stem(settings.model)}_scale.json`;
  const options = { percent: settings.quant.percent, kernels: host.kernels };
  const text = scaleFileText(scaleTable(prepared.plan, ranges, options));
  await staging.write(name, new TextEncoder().encode(text));
  return [[name, "the scale of every value, for -lsj"]];
}

/** The report as JSON and as a page, and what its advice needs. */
async function writeReport(
  { staging, ports, settings }: Work,
  report: Report,
  folder: string,
): Promise<QuantReport["files"]> {
  const stem = `${folder}${ports.files.stem(settings.model)}`;
  const write = (name: string, text: string) => staging.write(name, new TextEncoder().encode(text));
  await write(`${stem}_report.html`, reportHtml(await ports.loadReportPage(), report));
  await write(`${stem}_report.json`, `${JSON.stringify(report)}\n`);
  for (const { file } of report.advice) if (file) await write(`${folder}${file.name}`, file.text);
  return [
    [`${stem}_report.html`, "the report: every layer, and what to try; opens in a browser"],
    [`${stem}_report.json`, "the same numbers"],
    ...(report.advice.some(({ file }) => file)
      ? [[`${folder}${ADVICE}`, "what the commands that it advises read"] as const]
      : []),
  ];
}

/** Writes the quantized model, the stages' models and the report below `folder` ("" or "name/"). */
export async function writeResults(
  { best, calibrated }: Outcome,
  summary: Summary,
  folder: string,
): Promise<{ files: QuantReport["files"]; report: Report }> {
  const { work, model, snapshot } = best;
  const { staging, ports, settings, prepared } = work;
  const name = `${folder}${ports.files.stem(settings.model)}_quantize.onnx`;
  const [float, layers] = ["optimized_float", "output_all_layers_quantize"].map(
    (step) => `${folder}steps/${step}.onnx`,
  );
  await staging.write(name, model.bytes);
  const floatBytes = writeModel(prepared.targetModel);
  await staging.write(float!, floatBytes);
  await staging.write(layers!, model.allOutputs());
  const scales = settings.writeScales ? await writeScales(work, snapshot, folder) : [];
  const report = await makeReport(best, { summary, floatBytes: floatBytes.length, folder, calibrated });
  const reports = await writeReport(work, report, folder);
  const files: QuantReport["files"] = [
    [name, "the quantized model"],
    ...reports,
    ...scales,
    [float!, "the float model it was made from"],
    [layers!, "the quantized model with every layer's output"],
    ...(settings.dump
      ? ([
          ["dump/", "every layer's output, float and quantized"],
          ["dump.json", "the layers of dump/ and their scales"],
        ] as const)
      : []),
  ];
  return { files, report };
}
