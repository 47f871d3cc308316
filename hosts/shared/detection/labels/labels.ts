import type { Size } from "../../images/picture.ts";
import type { Truth } from "../boxes.ts";

/** What is there on the pictures of a folder. */
export interface Labels {
  /** The objects of a picture, in its pixels; undefined where it is not labelled. @throws DataError where the labels are of a picture of another size. */
  of(name: string, size: Size): readonly Truth[] | undefined;
}

/** What labels are checked against. */
export interface LabelContext {
  /** Names of the pictures. */
  readonly pictures: readonly string[];
  readonly classCount: number;
  readonly names: readonly string[] | undefined;
  /** Told of labels without a picture, and of the reverse; it may end the run. */
  mismatch(sentence: string, file: string): void;
  note(sentence: string): void;
}

/** A file's name without folder and ending: "val2017/0001.jpg" is 0001. */
export function stemOf(name: string): string {
  return name.replace(/^.*[\\/]/, "").replace(/(?<=.)\.[^.]*$/, "");
}
