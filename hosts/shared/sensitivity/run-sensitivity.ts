import { ConfigError } from "../../../core-ts/errors.ts";
import type { QuantSettings } from "../cli/settings.ts";
import { loadModel } from "../convert/load-model.ts";
import type { Staging } from "../ports.ts";
import { withInferFunction } from "../quant/infer-function.ts";
import { type CommandRun, openHost, openModel } from "../quant/session.ts";
import { sensitivityFileText } from "./file.ts";
import { measureSensitivity, type SensitivityFindings } from "./measure.ts";
import { printSensitivity } from "./report.ts";

/** @throws ConfigError for options that make no sense here. */
function checkSettings({
  runMode,
  template,
  modes,
  iterations,
  loadScales,
  caches,
  dump,
}: QuantSettings): void {
  const refused: readonly (readonly [boolean, string])[] = [
    [runMode !== "quant", `-r ${runMode}`],
    [template !== undefined, "-gt/--generate-template"],
    [modes.length * iterations.length > 1, "several -qm or -i"],
    [loadScales !== undefined, "-lsj/--load-scale-json"],
    [caches.length > 0, "-cd/--cache-distribution"],
    [dump, "-du/--dump"],
  ];
  const found = refused.find(([is]) => is);
  if (found)
    throw new ConfigError(
      `Knight sensitivity calibrates once and quantizes every layer alone; ${found[1]} does not go with it, leave it out`,
    );
}

async function write(run: CommandRun, found: SensitivityFindings, staging: Staging) {
  const { settings, ports } = run;
  const name = `${ports.files.stem(settings.model)}_sensitivity`;
  await staging.write(`${name}.json`, new TextEncoder().encode(sensitivityFileText(settings, found)));
  // Drawing is a large library, and no other command waits for it.
  const [{ sensitivityChart }, { writeChart }] = await Promise.all([
    import("./chart.ts"),
    import("../plot/write-chart.ts"),
  ]);
  const charts = await writeChart(
    staging,
    name,
    sensitivityChart(run, found),
    await ports.loadRasterizer?.(),
  );
  return [
    [`${name}.json`, "what every layer costs, for -gt -ams"] as const,
    ...charts.map((file) => [file, "the same as a chart"] as const),
  ];
}

/** Knight sensitivity: quantizes one layer at a time, and all but one, and ranks the layers by what that does to the answers. */
export async function runSensitivity(run: CommandRun): Promise<void> {
  const { settings, ports } = run;
  checkSettings(settings);
  const loaded = await loadModel(run);
  const staging = await ports.files.stage(settings.saveDir);
  try {
    await withInferFunction(run, async (infer) => {
      const host = await openHost(run);
      const prepared = await openModel(run, loaded.bytes, host);
      const found = await measureSensitivity({ ...run, host, infer }, prepared);
      const written = await write(run, found, staging);
      await staging.publish();
      printSensitivity(run, found, written);
    });
  } finally {
    await staging.discard();
  }
}
