import type { Remedy } from "../../../core-ts/report/advice.ts";
import type { Advice, Rerun } from "../../../core-ts/report/report.ts";
import { mixFileText } from "../cli/mix-file.ts";
import { scaleFileText } from "../cli/scale-file.ts";
import type { QuantSettings } from "../cli/settings.ts";
import type { Files } from "../ports.ts";
import { type Changes, commandText } from "./command-line.ts";

/** Where a run's files are, and what it was told. */
export interface CommandContext {
  readonly settings: QuantSettings;
  readonly files: Files;
  /** Options of this run alone, of several strategies for instance its mode. */
  readonly own: NonNullable<Changes["set"]>;
  readonly scales: Rerun["scales"];
  /** Folder of the run's files below save-dir: "" or "name/". */
  readonly folder: string;
}

/** Options that name what another run replaces. */
export const REPLACED = ["mix-config", "load-scale-json", "generate-scale-json"] as const;
/** Folder of the files that advised commands read. */
export const ADVICE = "advice/";
/** Batches of a run on more data. */
const MORE = 8;

type Parts = Changes & { readonly file?: Advice["file"] };

/** A file beside the run's other ones, and the option that reads it. */
function withFile(context: CommandContext, option: string, name: string, text: string): Parts {
  const { settings, files, folder } = context;
  const path = files.join(settings.saveDir, `${folder}${name}`);
  return { set: { [option]: [path] }, drop: REPLACED, file: { name, text } };
}

function changesOf({ change, node }: Remedy, name: string, context: CommandContext): Parts {
  const { settings, scales } = context;
  switch (change.kind) {
    case "mix":
      return withFile(context, "mix-config", `${name}_mix.json`, mixFileText(change.mix));
    case "scale": {
      const { value, scale, threshold } = change;
      const table = new Map(Object.entries(scales));
      const { bits } = table.get(value)!;
      table.set(value, { scale: Math.fround(scale), bits, threshold });
      return withFile(context, "load-scale-json", `${name}_scale.json`, scaleFileText(table));
    }
    case "width":
      return {
        set: { "bit-width": [String(change.bits)], "quant-mode": ["min_max"] },
        drop: [...REPLACED, "cache-distribution"],
      };
    case "calibrate":
      return { drop: ["load-scale-json"] };
    case "more data":
      return { set: { iteration: [String(settings.iteration * MORE)] }, drop: ["cache-distribution"] };
    case "exclude":
      return {
        set: { exclude: [...(settings.quant.exclude ?? []), node] },
        drop: ["load-scale-json", "generate-scale-json", "cache-distribution"],
      };
  }
}

/** A remedy as the command to run and the file it needs. */
export function adviceOf(remedy: Remedy, place: number, context: CommandContext): Advice {
  const { settings, files, own, folder } = context;
  const { node, kind, why } = remedy;
  const { set = {}, drop = [], file } = changesOf(remedy, `${ADVICE}${place}`, context);
  const saveDir = files.join(settings.saveDir, `${folder}try${place}`);
  const command = commandText(settings.quant.chip, settings.words, {
    set: { ...own, ...set, "save-dir": [saveDir] },
    drop,
  });
  const inConfig = drop.some((long) => settings.words.some((word) => word.long === long));
  const hasConfig = settings.words.some(({ long }) => long === "run-config");
  const also =
    inConfig && hasConfig ? " (where the run-config holds what is dropped here, take it out there)" : "";
  return { node, kind, why: `${why}${also}`, command, ...(file ? { file } : {}) };
}
