import { type PipelineHost, type Prepared, prepare } from "../../../core-ts/pipeline.ts";
import { describePlan } from "../../../core-ts/plan/describe.ts";
import { withScales } from "../../../core-ts/quantize/scale-table.ts";
import type { Log } from "../cli/log.ts";
import { checkMix, MIX_OPTION, readMixFile } from "../cli/mix-file.ts";
import { LOAD_SCALES, readScaleFile } from "../cli/scale-file.ts";
import type { QuantSettings } from "../cli/settings.ts";
import type { Ports } from "../ports.ts";

/** One run of the command: what was asked, and what it stands on. */
export interface CommandRun {
  readonly settings: QuantSettings;
  readonly ports: Ports;
  readonly log: Log;
}

/** The runtime and the kernels that the core works with. */
export async function openHost({ settings, ports, log }: CommandRun): Promise<PipelineHost> {
  const threads = Math.min(settings.cpus, ports.cpuCount);
  const backend = await ports.createBackend(threads, settings.backend, log);
  log("debug", `${backend.name} on ${threads} of ${ports.cpuCount} cores`);
  const kernels = await ports.loadKernels((message) => log("debug", message));
  return { backend, kernels, log, signal: ports.signal, toolVersion: ports.version };
}

/** With -lsj the scales of the file stand in the plan, and calibration has nothing to find. */
async function withLoadedScales({ settings, ports }: CommandRun, prepared: Prepared): Promise<Prepared> {
  const file = settings.loadScales;
  if (file === undefined) return prepared;
  const text = new TextDecoder().decode(await ports.files.read(file, LOAD_SCALES));
  return { ...prepared, plan: withScales(prepared.plan, readScaleFile(text, file)) };
}

/** Reads, optimizes and plans the model. */
export async function openModel(run: CommandRun, bytes: Uint8Array, host: PipelineHost): Promise<Prepared> {
  const { settings, ports, log } = run;
  const { mixConfig, model, quant } = settings;
  const mixFile =
    mixConfig === undefined
      ? undefined
      : readMixFile(new TextDecoder().decode(await ports.files.read(mixConfig, MIX_OPTION)), mixConfig);
  const prepared = await prepare(
    bytes,
    { ...quant, ...(mixFile ? { mix: mixFile.mix } : {}) },
    host,
    ports.files.external(model),
  );
  if (mixFile) checkMix(mixFile, prepared.plan, quant.exclude);
  const planned = await withLoadedScales(run, prepared);
  for (const note of prepared.notes) log("info", note);
  log("debug", `plan:\n${describePlan(planned.plan)}`);
  return planned;
}
