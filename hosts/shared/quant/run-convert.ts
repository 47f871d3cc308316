import { writeModel } from "../../../core-ts/onnx/write.ts";
import { loadModel, writeConverted } from "../convert/load-model.ts";
import type { Staging } from "../ports.ts";
import { reportConvert } from "./report-infer.ts";
import { type CommandRun, openHost, openModel } from "./session.ts";

async function writeOptimized(run: CommandRun, bytes: Uint8Array, staging: Staging): Promise<string> {
  const prepared = await openModel(run, bytes, await openHost(run));
  const name = `${run.ports.files.stem(run.settings.model)}_optimized.onnx`;
  await staging.write(name, writeModel(prepared.targetModel));
  return name;
}

/**
 * -r convert: writes a model of another framework as {name}.onnx, checked, and an ONNX model optimized as {name}_optimized.onnx; no data, no
 * quantization.
 */
export async function runConvert(run: CommandRun): Promise<void> {
  const { settings, ports } = run;
  const loaded = await loadModel(run);
  const staging = await ports.files.stage(settings.saveDir);
  try {
    const converted = await writeConverted(run, loaded, staging);
    const name = converted[0]?.[0] ?? (await writeOptimized(run, loaded.bytes, staging));
    await staging.publish();
    reportConvert(run, ports.files.join(settings.saveDir, name), loaded.conversion?.checked);
  } finally {
    await staging.discard();
  }
}
