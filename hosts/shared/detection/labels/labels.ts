import type { Size } from "../../images/picture.ts";
import type { Truth } from "../boxes.ts";

/** What is there on the pictures of a folder. */
export interface Labels {
  /** The objects of a picture, in its pixels. @throws DataError where the labels are of a picture of another size. */
  of(name: string, size: Size): readonly Truth[];
}

/** What labels are checked against. */
export interface LabelContext {
  /** Names of the pictures. */
  readonly pictures: readonly string[];
  readonly classCount: number;
  readonly names: readonly string[] | undefined;
  /** What becomes of labels without a picture and of the reverse; it may end the run. */
  mismatch(sentence: string, file: string): void;
  note(sentence: string): void;
}

/** Names that are listed where there are many. */
const NAMED = 3;

/** "a.jpg, b.jpg, c.jpg and 7 more". */
export function listed(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  return `${names.slice(0, NAMED).join(", ")}${more}`;
}

/** A file's name without folder and ending: "val2017/0001.jpg" is 0001. */
export function stemOf(name: string): string {
  return name.replace(/^.*[\\/]/, "").replace(/(?<=.)\.[^.]*$/, "");
}
