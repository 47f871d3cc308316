import { writeModel } from "../../../core-ts/onnx/write.ts";
import { reportConvert } from "./report-infer.ts";
import { type CommandRun, openHost, openModel } from "./session.ts";

/** -r convert: writes the optimized float model as {name}_optimized.onnx; no data, no quantization. */
export async function runConvert(run: CommandRun): Promise<void> {
  const { settings, ports } = run;
  const bytes = await ports.files.read(settings.model, "-m/--model");
  const staging = await ports.files.stage(settings.saveDir);
  try {
    const prepared = await openModel(run, bytes, await openHost(run));
    const name = `${ports.files.stem(settings.model)}_optimized.onnx`;
    await staging.write(name, writeModel(prepared.targetModel));
    await staging.publish();
    reportConvert(run, ports.files.join(settings.saveDir, name));
  } finally {
    await staging.discard();
  }
}
