import { ConfigError } from "../../../core-ts/errors.ts";
import {
  chooseHigh,
  endsFirst,
  highCount,
  initialMix,
  type MixModes,
  quantizedNodes,
  rankedGroups,
} from "../../../core-ts/mixed/index.ts";
import type { PipelineHost, Prepared } from "../../../core-ts/pipeline.ts";
import type { Mix } from "../../../core-ts/plan/options.ts";
import type { QuantPlan } from "../../../core-ts/plan/plan.ts";
import { mixFileText } from "../cli/mix-file.ts";
import type { TemplateSettings } from "../cli/settings.ts";
import { loadModel } from "../convert/load-model.ts";
import { readSensitivityFile } from "../sensitivity/file.ts";
import { hawqTemplate } from "./hawq-template.ts";
import { facts, paintFor, section } from "./report-text.ts";
import { type CommandRun, openHost, openModel } from "./session.ts";

const STRATEGY_OPTION = "-ams/--auto-mix-strategy";

/** 16 bit for the groups of layers that cost most when quantized alone. @throws ConfigError for a file of another model. */
async function measuredMix(
  { ports }: CommandRun,
  plan: QuantPlan,
  { file = "", ratio }: TemplateSettings,
  modes: MixModes,
): Promise<Mix> {
  const text = new TextDecoder().decode(await ports.files.read(file, STRATEGY_OPTION));
  const noise = readSensitivityFile(text, file, STRATEGY_OPTION);
  const missing = quantizedNodes(plan).find(({ node }) => !noise.has(node.name));
  if (missing) {
    throw new ConfigError(
      `${STRATEGY_OPTION} ${file} says nothing of the node "${missing.node.name}", so it is of another model or other options; run Knight sensitivity with this model`,
      { option: STRATEGY_OPTION, file },
    );
  }
  return chooseHigh(
    plan,
    rankedGroups(plan, (name) => noise.get(name)!),
    highCount(plan, ratio),
    modes,
  );
}

function mixFor(
  run: CommandRun,
  prepared: Prepared,
  host: PipelineHost,
  template: TemplateSettings,
): Mix | Promise<Mix> {
  const { plan } = prepared;
  const { bits, mode } = run.settings.quant;
  const modes = bits === 8 ? ({ low: mode, high: "min_max" } as const) : ({ low: "kl", high: mode } as const);
  switch (template.strategy) {
    case "initial":
      return initialMix(plan);
    case "IOhigh":
      return chooseHigh(plan, endsFirst(plan), highCount(plan, template.ratio), modes);
    case "measured":
      return measuredMix(run, plan, template, modes);
    case "HAWQ":
      return hawqTemplate(run, prepared, host, { ratio: template.ratio, modes });
  }
}

/** Sensitivities are those of 8 bit, whatever -b says. */
function planned(run: CommandRun, { strategy }: TemplateSettings): CommandRun {
  const { settings } = run;
  if (strategy !== "HAWQ" || settings.quant.bits === 8) return run;
  return { ...run, settings: { ...settings, quant: { ...settings.quant, bits: 8, mode: "kl" } } };
}

function report(
  { settings, ports }: CommandRun,
  { strategy, file }: TemplateSettings,
  path: string,
  mix: Mix,
): void {
  const paint = paintFor(ports.terminal);
  const high = [...mix.values()].filter(({ bits }) => bits === 16).length;
  const rows: [string, string][] = [
    ["Template", path],
    ["Strategy", file ?? strategy],
    ["Nodes", `${mix.size}: ${mix.size - high} of 8 bit, ${high} of 16 bit`],
    ["Next", "edit it, then quantize with -mc"],
  ];
  const warnings = settings.notes.map((note) => `  ${paint.yellow(note)}`);
  const parts = [facts(rows, paint), section(paint, "Warnings", warnings)];
  ports.terminal.out(`${parts.filter((part) => part !== "").join("\n\n")}\n`);
}

/** -gt: writes the mixed-precision template {name}_mix.json; no quantization, and data only for HAWQ. */
export async function runTemplate(run: CommandRun, template: TemplateSettings): Promise<void> {
  const { settings, ports } = run;
  const { bytes } = await loadModel(run);
  const staging = await ports.files.stage(settings.saveDir);
  try {
    const host = await openHost(run);
    const prepared = await openModel(planned(run, template), bytes, host);
    const mix = await mixFor(run, prepared, host, template);
    const name = `${ports.files.stem(settings.model)}_mix.json`;
    await staging.write(name, new TextEncoder().encode(mixFileText(mix)));
    await staging.publish();
    report(run, template, ports.files.join(settings.saveDir, name), mix);
  } finally {
    await staging.discard();
  }
}
