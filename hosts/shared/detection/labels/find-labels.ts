import { ConfigError, DataError } from "../../../../core-ts/errors.ts";
import { listed } from "../../infer/configured/named.ts";
import type { ModelUnderTest, TaskContext } from "../../infer/configured/task.ts";
import type { DetectionSettings } from "../settings.ts";
import { cocoLabels } from "./coco.ts";
import type { LabelContext, Labels } from "./labels.ts";
import { yoloLabels } from "./yolo.ts";

const OPTION = "label_dir";

/** Labels that are there, or the folder for those that the float model makes; null: nowhere, since older ones are kept. */
export type LabelSource =
  | { readonly kind: "given"; readonly labels: Labels }
  | { readonly kind: "made"; readonly folder: string | null };

/** Tools for labelling leave it beside the labels. */
const NO_LABELS = "classes.txt";

function contextOf(context: TaskContext, { classCount, names }: DetectionSettings): LabelContext {
  const { badData, note } = context;
  return {
    pictures: context.names,
    classCount,
    names,
    note,
    mismatch(sentence, file) {
      if (badData === "skip") return note(`${sentence}; left out of the accuracy (--bad-data skip)`);
      throw new DataError(`${sentence}; or give --bad-data skip to go on without them`, { file });
    },
  };
}

class LabelFinder {
  constructor(
    private readonly context: TaskContext,
    private readonly settings: DetectionSettings,
  ) {}

  async #text(file: string): Promise<string> {
    const bytes = await this.context.files.read(file, OPTION);
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch (cause) {
      throw new DataError(`${file} is no UTF-8 text; save it again as UTF-8`, { file, cause });
    }
  }

  async coco(file: string): Promise<LabelSource> {
    const labels = cocoLabels(await this.#text(file), file, contextOf(this.context, this.settings));
    return { kind: "given", labels };
  }

  /** What is in a folder that is not empty. */
  async folder(folder: string, entries: readonly string[]): Promise<LabelSource> {
    const { files } = this.context;
    const instances = entries.filter((name) => /\.json$/i.test(name));
    const texts = entries.filter((name) => /\.txt$/i.test(name) && name !== NO_LABELS);
    if (instances.length === 1 && texts.length === 0) return this.coco(files.join(folder, instances[0]!));
    if (texts.length === 0 || instances.length > 0)
      throw new ConfigError(
        `"${OPTION}" ${folder} holds ${listed(entries)}, expected the labels of YOLO, one .txt a picture, or one .json of COCO; name the file itself where there are several`,
        { option: OPTION },
      );
    const contents = new Map<string, string>();
    for (const name of texts) contents.set(name, await this.#text(files.join(folder, name)));
    const labels = yoloLabels(contents, folder, contextOf(this.context, this.settings));
    return { kind: "given", labels };
  }

  async named(place: string): Promise<LabelSource> {
    const { files } = this.context;
    if (!(await files.exists(place)))
      throw new ConfigError(
        `"${OPTION}" is ${place}, which does not exist; correct it, make the folder if the float model's detections are to become the labels, or leave it out`,
        { option: OPTION },
      );
    if (!(await files.isFolder(place))) return this.coco(place);
    const entries = await files.list(place, OPTION);
    return entries.length > 0 ? this.folder(place, entries) : { kind: "made", folder: place };
  }

  /** labels/ beside the data: where the float model's detections go, and where a quantized model that runs alone finds them. */
  async besideData(measuredAlone: boolean): Promise<LabelSource> {
    const { files, dataDir, note } = this.context;
    const folder = files.join(files.split(dataDir).folder, "labels");
    const entries = (await files.isFolder(folder)) ? await files.list(folder, OPTION) : [];
    if (measuredAlone && entries.length > 0) {
      note(`the truth is ${folder}, since no "${OPTION}" is given`);
      return this.folder(folder, entries);
    }
    if (entries.length > 0)
      note(
        `${folder} is there already and is left as it is: the float model's detections are the truth, since no "${OPTION}" is given`,
      );
    return { kind: "made", folder: entries.length > 0 ? null : folder };
  }
}

/**
 * The labels of "label_dir", or else the float model's detections (manual, 示例五).
 * @throws ConfigError and DataError for labels that are missing, wrong, or not those of the pictures.
 */
export async function findLabels(
  context: TaskContext,
  settings: DetectionSettings,
  model: ModelUnderTest,
): Promise<LabelSource> {
  const finder = new LabelFinder(context, settings);
  const measuredAlone = model.quantized && context.runMode === "infer";
  const place = context.config.text(OPTION);
  const source = await (place === undefined ? finder.besideData(measuredAlone) : finder.named(place));
  if (source.kind === "made" && measuredAlone)
    throw new ConfigError(
      `there are no labels${place === undefined ? `, neither "${OPTION}" nor` : ""} in ${source.folder}, and a quantized model can't say what is right; give "${OPTION}", or run -r quant first, which writes the float model's detections there`,
      { option: OPTION },
    );
  return source;
}
