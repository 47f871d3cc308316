import { DataError } from "../../../../core-ts/errors.ts";

/** Class of each sample by its name. */
export type Labels = ReadonlyMap<string, number>;

export const LABEL_FILE = "labels.txt";

/** A name, and behind blanks, tabs or a comma the class. */
const LINE = /^\s*(.+?)\s*[\s,]\s*([+-]?\d+)\s*$/;

/** File name without folders, written with either slash, and without quotes around it. */
const plainName = (text: string): string => text.replace(/^(["'])(.*)\1$/, "$2").replace(/^.*[\\/]/, "");

function textOf(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DataError(`${file} is no UTF-8 text; save it again as UTF-8`, { file, cause });
  }
}

/**
 * labels.txt (manual, 示例五): a line a picture, its file name and the number of its class. @throws DataError naming file and line.
 */
export function readLabels(bytes: Uint8Array, file: string): Labels {
  const labels = new Map<string, number>();
  for (const [i, line] of textOf(bytes, file)
    .split(/\r\n?|\n/)
    .entries()) {
    if (line.trim() === "") continue;
    const fail = (found: string): never => {
      throw new DataError(
        `${file}, line ${i + 1}: ${found}; a line is a picture's file name and the number of its class, from 0 up: cat.jpg 281`,
        { file },
      );
    };
    const [, name, digits] = LINE.exec(line) ?? [];
    if (name === undefined) return fail(`"${line.trim().slice(0, 60)}" is no name and class`);
    const [key, label] = [plainName(name), Number(digits)];
    if (label < 0) return fail(`the class of ${key} is ${label}`);
    const known = labels.get(key);
    if (known !== undefined && known !== label)
      return fail(`${key} is of class ${label}, and of ${known} further up`);
    labels.set(key, label);
  }
  if (labels.size === 0)
    throw new DataError(`${file} holds no labels; a line is a picture's file name and its class`, { file });
  return labels;
}

/** The same as a file. */
export function labelsText(labels: Labels): string {
  return [...labels].map(([name, label]) => `${name} ${label}\n`).join("");
}
