import { DataError } from "../../../../core-ts/errors.ts";
import { listed } from "../../infer/configured/named.ts";
import type { Truth } from "../boxes.ts";
import { type LabelContext, type Labels, stemOf } from "./labels.ts";

/** A line of a label file: class, centre and size, as fractions of the picture's width and height. */
type Row = readonly [classId: number, cx: number, cy: number, width: number, height: number];

const FORM = "class cx cy width height";

function readRow(line: string, place: string, classCount: number, file: string): Row {
  const fail = (sentence: string): never => {
    throw new DataError(`${place} ${sentence}`, { file });
  };
  const fields = line.split(/\s+/);
  const numbers = fields.map(Number);
  if (fields.length !== 5 || !numbers.every(Number.isFinite))
    fail(`is "${line.slice(0, 60)}", expected five numbers: ${FORM}`);
  const [classId, ...box] = numbers as unknown as Row;
  if (!Number.isInteger(classId) || classId < 0 || classId >= classCount)
    fail(
      `has class ${classId}, of ${classCount} classes there are 0 to ${classCount - 1}; correct it, or "nc"`,
    );
  if (box.some((value) => value < 0 || value > 1))
    fail(`has ${box.join(" ")}, expected centre and size as fractions of the picture, from 0 to 1`);
  return numbers as unknown as Row;
}

/** One label file. @throws DataError naming file and line. */
export function readYoloFile(text: string, file: string, classCount: number): Row[] {
  return text
    .split(/\r?\n/)
    .map((line, i) => ({ line: line.trim(), place: `${file}, line ${i + 1},` }))
    .filter(({ line }) => line !== "")
    .map(({ line, place }) => readRow(line, place, classCount, file));
}

/** Pictures whose names differ in their endings only would have one label file. */
function byStem(pictures: readonly string[], folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of pictures) {
    const twin = found.get(stemOf(name));
    if (twin !== undefined)
      throw new DataError(
        `${twin} and ${name} would both have the label ${stemOf(name)}.txt in ${folder}; rename one`,
        {
          file: folder,
        },
      );
    found.set(stemOf(name), name);
  }
  return found;
}

/**
 * Labels as YOLO has them: beside each other in a folder, one .txt for each picture, one line an object; the file of a picture without objects is empty.
 * @param texts file name → content.
 */
export function yoloLabels(
  texts: ReadonlyMap<string, string>,
  folder: string,
  context: LabelContext,
): Labels {
  const pictures = byStem(context.pictures, folder);
  const rows = new Map<string, Row[]>();
  for (const [name, text] of texts)
    rows.set(stemOf(name), readYoloFile(text, `${folder}/${name}`, context.classCount));
  const strangers = [...rows.keys()].filter((stem) => !pictures.has(stem)).map((stem) => `${stem}.txt`);
  if (strangers.length > 0)
    context.mismatch(
      `${folder} has labels of no picture: ${listed(strangers)}; remove them, or give the pictures`,
      folder,
    );
  const unlabelled = [...pictures].filter(([stem]) => !rows.has(stem)).map(([, name]) => name);
  if (unlabelled.length > 0)
    context.mismatch(
      `${folder} has no label of ${listed(unlabelled)}; a picture without objects has an empty .txt of its name`,
      folder,
    );
  return {
    of: (name, { width, height }) =>
      rows.get(stemOf(name))?.map(
        ([classId, cx, cy, w, h]): Truth => ({
          x: (cx - w / 2) * width,
          y: (cy - h / 2) * height,
          width: w * width,
          height: h * height,
          classId,
          isCrowd: false,
        }),
      ),
  };
}
