import pc from "picocolors";
import { checkAborted } from "../../../core-ts/aborted.ts";
import { startProgress } from "../cli/progress.ts";
import { RUN_CONFIG_OPTION, readCompareOptions } from "../cli/run-config.ts";
import type { Ports } from "../ports.ts";
import { files, paintFor, section } from "../quant/report-text.ts";
import { compareHelp, compareWords, type OptionValues, parseCompare } from "./command.ts";
import { type ComparedLayer, compareLayer } from "./compare-layer.ts";
import { byMeasure } from "./measures.ts";
import { type CompareResult, resultJson, resultText } from "./result.ts";
import { selectLayers } from "./select.ts";
import { type CompareSettings, readCompareSettings } from "./settings.ts";
import { openSides } from "./sides.ts";

const PLAIN = pc.createColors(false);

async function compareAll(settings: CompareSettings, ports: Ports): Promise<CompareResult> {
  const sides = await openSides(ports.files, settings);
  const notes: string[] = [];
  const wanted = selectLayers(
    sides.pairs.map(({ left }) => left),
    settings.selection,
    (sentence) => notes.push(sentence),
  );
  const pairs = sides.pairs.filter(({ left }) => wanted.includes(left));
  const progress = startProgress(ports, "Comparison", pairs.length, ["layer", "layers"]);
  const layers: ComparedLayer[] = [];
  try {
    for (const pair of pairs) {
      checkAborted(ports);
      layers.push(await compareLayer(sides, pair, settings));
      progress.step();
    }
  } finally {
    progress.stop();
  }
  const order = settings.sort && byMeasure(settings.sort);
  if (order) layers.sort((a, b) => order(a.measures, b.measures));
  return { settings, sides, layers, notes };
}

async function writeAll(result: CompareResult, ports: Ports): Promise<(readonly [string, string])[]> {
  const { saveDir, plot, histograms } = result.settings;
  if (saveDir === undefined && !plot && !histograms) return [];
  const staging = await ports.files.stage(saveDir ?? ".", "-s/--save-dir");
  try {
    const written: (readonly [path: string, what: string])[] = [];
    if (plot || histograms) {
      // The library that draws is large: it is loaded when there is something to draw.
      const rasterizer = await ports.loadRasterizer?.();
      const { writePictures } = await import("./write-pictures.ts");
      written.push(...(await writePictures(result, ports, staging, rasterizer)));
    }
    if (saveDir !== undefined) {
      const text = `${resultText(result, PLAIN)}\n`;
      await staging.write("compare_result.txt", new TextEncoder().encode(text));
      await staging.write("compare_result.json", new TextEncoder().encode(resultJson(result)));
      written.push(["compare_result.txt, .json", "this result"]);
    }
    await staging.publish();
    return written;
  } finally {
    await staging.discard();
  }
}

/** The options of the command line, and those of -rc that it does not give itself. */
async function readValues(words: readonly string[], ports: Ports): Promise<OptionValues> {
  const values = parseCompare(words);
  const file = values.runConfig as string | undefined;
  if (file === undefined) return values;
  const text = new TextDecoder().decode(await ports.files.read(file, RUN_CONFIG_OPTION));
  const long = (word: string) => word.replace(/=.*$/s, "");
  const given = new Set(words.map(long));
  const { options, notes } = readCompareOptions(text, file);
  for (const note of notes) ports.terminal.err(`${note}\n`);
  return parseCompare([...options.filter((option) => !given.has(long(option))), ...words]);
}

/** Knight compare: the layers of a dump, float against quantized, or of two dumps. @throws KnightError. */
export async function runCompare(argv: readonly string[], ports: Ports): Promise<void> {
  const words = compareWords(argv);
  if (words.includes("--help")) return ports.terminal.out(compareHelp());
  const settings = readCompareSettings(await readValues(words, ports));
  const result = await compareAll(settings, ports);
  const written = await writeAll(result, ports);
  if (settings.json) return ports.terminal.out(resultJson(result));
  const paint = paintFor(ports.terminal);
  const listed = section(paint, `Files in ${settings.saveDir ?? "the current folder"}`, files(written));
  ports.terminal.out(
    `${[resultText(result, paint), ...(written.length > 0 ? [listed] : [])].join("\n\n")}\n`,
  );
}
