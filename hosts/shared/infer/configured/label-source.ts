import { ConfigError, DataError } from "../../../../core-ts/errors.ts";
import { LABEL_FILE, type Labels, readLabels } from "./labels.ts";
import { listed } from "./named.ts";
import type { ModelUnderTest, TaskContext } from "./task.ts";

const OPTION = "label_dir";

/** Labels that are there, or where those that the float model makes will be; null: nowhere, since older ones are kept. */
export type LabelSource =
  | { readonly kind: "given"; readonly labels: Labels; readonly file: string }
  | { readonly kind: "made"; readonly folder: string | null };

/** labels/ beside the data. */
function defaultFolder({ files, dataDir }: TaskContext): string {
  return files.join(files.split(dataDir).folder, "labels");
}

async function given(context: TaskContext, file: string): Promise<LabelSource> {
  return { kind: "given", labels: readLabels(await context.files.read(file, OPTION), file), file };
}

async function inFolder(context: TaskContext, folder: string): Promise<LabelSource> {
  const { files } = context;
  if (!(await files.exists(folder)))
    throw new ConfigError(
      `"${OPTION}" is ${folder}, which does not exist; correct it, make the folder if the float model's answers are to become the labels, or leave it out`,
      { option: OPTION },
    );
  if (!(await files.isFolder(folder))) return given(context, folder);
  const names = await files.list(folder, OPTION);
  if (names.includes(LABEL_FILE)) return given(context, files.join(folder, LABEL_FILE));
  if (names.length === 0) return { kind: "made", folder };
  throw new ConfigError(
    `"${OPTION}" ${folder} holds ${listed(names)}, expected ${LABEL_FILE}: a line a picture, its file name and class`,
    { option: OPTION },
  );
}

/**
 * Without "label_dir" the float model's answers are the labels, and are written to labels/ beside the data; a quantized model alone (-r infer) is measured
 * against those that an earlier run has written there.
 */
async function besideData(context: TaskContext, { quantized }: ModelUnderTest): Promise<LabelSource> {
  const { files, runMode } = context;
  const folder = defaultFolder(context);
  const file = files.join(folder, LABEL_FILE);
  const isThere = await files.exists(file);
  if (!quantized || runMode !== "infer") {
    if (isThere)
      context.note(
        `${file} is there already and is left as it is: the float model's answers are the truth, since no "${OPTION}" is given`,
      );
    return { kind: "made", folder: isThere ? null : folder };
  }
  if (!isThere)
    throw new ConfigError(
      `there is no "${OPTION}", and a quantized model can't say what is right; give it, or run -r quant first, which writes the float model's answers to ${file}`,
      { option: OPTION },
    );
  context.note(`the truth is ${file}, since no "${OPTION}" is given`);
  return given(context, file);
}

/** A label without a picture and the reverse: an error, or notes. */
function checkNames({ names, badData, note }: TaskContext, labels: Labels, file: string): void {
  const known = new Set(names);
  // A file that holds several samples has a label for each: "a.npy#0".
  const fileOf = (name: string) => (known.has(name) ? name : name.replace(/#\d+$/, ""));
  const labelled = new Set([...labels.keys()].map(fileOf));
  const unlabelled = names.filter((name) => !labelled.has(name));
  const strange = [...labels.keys()].filter((name) => !known.has(fileOf(name)));
  const tell = (sentence: string) => {
    if (badData === "skip") return note(`${sentence}; left out of the accuracy (--bad-data skip)`);
    throw new DataError(`${sentence}; correct it, or give --bad-data skip to go on without them`, { file });
  };
  if (unlabelled.length > 0) tell(`${file} has no class for ${listed(unlabelled)}`);
  if (strange.length > 0) tell(`${file} names ${listed(strange)}, of which there is no file among the data`);
}

/** @throws ConfigError and DataError for labels that are missing, wrong, or not those of the data. */
export async function findLabels(context: TaskContext, model: ModelUnderTest): Promise<LabelSource> {
  const folder = context.config.text(OPTION);
  const source = folder === undefined ? await besideData(context, model) : await inFolder(context, folder);
  if (source.kind === "given") checkNames(context, source.labels, source.file);
  else if (model.quantized && context.runMode === "infer")
    throw new ConfigError(
      `"${OPTION}" is empty, and a quantized model can't say what is right; put ${LABEL_FILE} there, or run -r quant first`,
      { option: OPTION },
    );
  return source;
}
