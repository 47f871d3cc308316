import type { Tensor } from "../../../../core-ts/tensor/tensor.ts";
import type { Size } from "../../images/picture.ts";
import { type Table, valuesOf } from "./table.ts";

/** One level of a head: cells of equal size, with one table of candidates for each anchor, row by row from the top. */
export interface Level {
  readonly map: Size;
  /** Pixels of the input that a cell is wide and high. */
  readonly stride: { readonly x: number; readonly y: number };
  readonly tables: readonly Table[];
}

function levelOf(map: Size, input: Size, tables: readonly Table[]): Level {
  return { map, stride: { x: input.width / map.width, y: input.height / map.height }, tables };
}

/** [1, anchors · columns, H, W], or [1, anchors, H, W, columns]. @returns undefined for other shapes. */
function readLevel(t: Tensor, columns: number, input: Size): Level | undefined {
  const [batch, first, ...rest] = t.dims as [number, number, ...number[]];
  const [height, width] = rest as [number, number];
  if (batch !== 1 || (t.dims.length !== 4 && t.dims.length !== 5)) return undefined;
  const values = valuesOf(t);
  const rows = width * height;
  const columnsLast = t.dims.length === 5;
  if (columnsLast ? rest[2] !== columns : first % columns !== 0) return undefined;
  const steps = columnsLast ? { rowStep: columns, columnStep: 1 } : { rowStep: 1, columnStep: rows };
  const count = columnsLast ? first : first / columns;
  const tables = Array.from({ length: count }, (_, i) => ({
    values,
    start: i * rows * columns,
    rows,
    ...steps,
  }));
  return levelOf({ width, height }, input, tables);
}

/** The levels of a head, small cells first; undefined unless every output is one. */
export function levelsOf(outputs: readonly Tensor[], columns: number, input: Size): Level[] | undefined {
  const levels = outputs.map((t) => readLevel(t, columns, input));
  if (levels.some((level) => level === undefined)) return undefined;
  return (levels as Level[]).toSorted((a, b) => a.stride.x - b.stride.x);
}
