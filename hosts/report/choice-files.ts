import type { Report } from "../../core-ts/report/report.ts";
import { type Choices, largestInteger } from "./choices.ts";
import { fileName } from "./figures.ts";
import type { MessageKey } from "./messages/en.ts";

/** A file that the command reads, with the command; or why these choices can't be put into one. */
export type ChoiceFile =
  | { readonly name: string; readonly text: string; readonly command: string }
  | { readonly problem: MessageKey };

/** One entry a line, as the command writes such files. */
function fileText(entries: Readonly<Record<string, object>>): string {
  const lines = Object.entries(entries).map(
    ([name, entry]) => `  ${JSON.stringify(name)}: ${JSON.stringify(entry)}`,
  );
  return `{\n${lines.join(",\n")}\n}\n`;
}

function layersOf({ layers }: Report, choices: Choices) {
  return [...choices].map(([index, choice]) => ({ layer: layers[index]!, choice }));
}

const file = (
  { model, rerun }: Report,
  kind: "mix" | "scale",
  entries: Record<string, object>,
): ChoiceFile => {
  const name = `${fileName(model).replace(/\.[^.]+$/, "")}_report_${kind}.json`;
  return {
    name,
    text: fileText(entries),
    command: `${rerun.command} ${kind === "mix" ? "-mc" : "-lsj"} ${name}`,
  };
};

/** Widths and observers by node, for -mc. */
export function mixFile(report: Report, choices: Choices): ChoiceFile {
  const { mix } = report.rerun;
  if (mix === null) return { problem: "mixUnknownToChip" };
  const changes = layersOf(report, choices);
  if (changes.some(({ choice }) => choice.rule === "own")) return { problem: "mixOwnThreshold" };
  if (changes.some(({ layer }) => !(layer.node in mix))) return { problem: "mixInput" };
  const entries = changes.map(({ layer, choice }) => [
    layer.node,
    { bitwidth: choice.bits, mode: choice.rule },
  ]);
  return file(report, "mix", { ...mix, ...Object.fromEntries(entries) });
}

/** Scales by value, for -lsj. */
export function scaleFile(report: Report, choices: Choices): ChoiceFile {
  // The file goes with one width for all, -b: the command takes no -mc beside it.
  if (report.verdict.bits === "mixed") return { problem: "scaleMixed" };
  const changes = layersOf(report, choices);
  if (changes.some(({ layer, choice }) => choice.bits !== layer.bits)) return { problem: "scaleBits" };
  if (changes.some(({ layer }) => !(layer.value in report.rerun.scales))) return { problem: "scaleGiven" };
  const entries = changes.map(({ layer, choice: { bits, threshold } }) => {
    const scale = Math.fround(threshold / largestInteger(bits, layer.signed));
    return [layer.value, { scale, bits, threshold }];
  });
  return file(report, "scale", { ...report.rerun.scales, ...Object.fromEntries(entries) });
}
