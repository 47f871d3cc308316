import { type Tensor, toNumbers } from "../../../../core-ts/tensor/tensor.ts";
import type { Detection } from "../boxes.ts";

/** Candidates in an output: a row each, with coordinates and scores in its columns, wherever they lie in memory. */
export interface Table {
  readonly values: ArrayLike<number>;
  readonly start: number;
  readonly rows: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

export function valuesOf(t: Tensor): ArrayLike<number> {
  return t.dtype === "float32" || t.dtype === "float64" ? t.data : toNumbers(t);
}

export function cell(table: Table, row: number, column: number): number {
  return table.values[table.start + row * table.rowStep + column * table.columnStep]!;
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** What makes a score of a number in an output. */
export type Activation = (x: number) => number;

/** Whether the numbers are scores already: those before the sigmoid lie far below 0 nearly everywhere. */
export function activationOf(
  tables: readonly Table[],
  columns: readonly [from: number, to: number],
): Activation {
  const isScore = (x: number) => x >= 0 && x <= 1.01;
  const areScores = tables.every((table) => {
    for (let row = 0; row < table.rows; row++)
      for (let column = columns[0]; column < columns[1]; column++)
        if (!isScore(cell(table, row, column))) return false;
    return true;
  });
  return areScores ? (x) => x : sigmoid;
}

/** A box by its centre, as heads state it. */
export type CentredBox = readonly [cx: number, cy: number, width: number, height: number];

/** Where in a row the scores are, and what becomes of them. */
export interface ScoreColumns {
  /** Absent where there is no objectness. */
  readonly objectness?: number;
  readonly firstClass: number;
  readonly classCount: number;
  readonly activation: Activation;
  readonly confThreshold: number;
}

/** Every class of every row whose score is above the threshold: objectness times the class's own. As YOLOv5's val.py, one box may be of several classes. */
export function candidates(
  table: Table,
  scores: ScoreColumns,
  boxAt: (row: number) => CentredBox,
): Detection[] {
  const { objectness, firstClass, classCount, activation, confThreshold } = scores;
  const found: Detection[] = [];
  for (let row = 0; row < table.rows; row++) {
    const object = objectness === undefined ? 1 : activation(cell(table, row, objectness));
    if (!(object > confThreshold)) continue;
    let box: CentredBox | undefined;
    for (let classId = 0; classId < classCount; classId++) {
      const score = object * activation(cell(table, row, firstClass + classId));
      if (!(score > confThreshold)) continue;
      box ??= boxAt(row);
      const [cx, cy, width, height] = box;
      found.push({ x: cx - width / 2, y: cy - height / 2, width, height, classId, score });
    }
  }
  return found;
}
