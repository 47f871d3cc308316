import { chooseHigh, endsFirst, highCount, initialMix } from "../../../core-ts/mixed/index.ts";
import type { Prepared } from "../../../core-ts/pipeline.ts";
import type { Mix } from "../../../core-ts/plan/options.ts";
import { mixFileText } from "../cli/mix-file.ts";
import type { TemplateSettings } from "../cli/settings.ts";
import { type CommandRun, openHost, openModel } from "./session.ts";

function mixFor(prepared: Prepared, { strategy, ratio }: TemplateSettings): Mix {
  const { plan, options } = prepared;
  switch (strategy) {
    case "initial":
      return initialMix(plan);
    case "IOhigh": {
      const low = options.bits === 8 ? options.mode : "kl";
      return chooseHigh(plan, endsFirst(plan), highCount(plan, ratio), { low, high: "min_max" });
    }
  }
}

/** -gt: writes the mixed-precision template {name}_mix.json; no data, no quantization. */
export async function runTemplate(run: CommandRun, template: TemplateSettings): Promise<void> {
  const { settings, ports } = run;
  const bytes = await ports.files.read(settings.model, "-m/--model");
  const staging = await ports.files.stage(settings.saveDir);
  try {
    const prepared = await openModel(run, bytes, await openHost(run));
    const mix = mixFor(prepared, template);
    const name = `${ports.files.stem(settings.model)}_mix.json`;
    await staging.write(name, new TextEncoder().encode(mixFileText(mix)));
    await staging.publish();
    const high = [...mix.values()].filter(({ bits }) => bits === 16).length;
    ports.terminal.out(
      `Template   ${ports.files.join(settings.saveDir, name)}\nStrategy   ${template.strategy}\nNodes      ${mix.size}: ${mix.size - high} of 8 bit, ${high} of 16 bit\nNext       edit it, then quantize with -mc\n`,
    );
  } finally {
    await staging.discard();
  }
}
