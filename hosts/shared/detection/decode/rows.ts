import { elementCount, type Tensor } from "../../../../core-ts/tensor/tensor.ts";
import type { ChosenDecoder, DecodeContext } from "./decoder.ts";
import { type CentredBox, candidates, cell, type Table, valuesOf } from "./table.ts";

/** How the rows of an output lie: [1, boxes, columns], or [1, columns, boxes]. */
interface RowLayout {
  readonly output: number;
  readonly columns: number;
  readonly columnsLast: boolean;
}

function layoutOf({ dims }: Tensor, output: number, columns: number): RowLayout | undefined {
  if (dims.length !== 3 || dims[0] !== 1) return undefined;
  if (dims[2] === columns) return { output, columns, columnsLast: true };
  return dims[1] === columns ? { output, columns, columnsLast: false } : undefined;
}

function tableOf(t: Tensor, { columns, columnsLast }: RowLayout): Table {
  const rows = elementCount(t.dims) / columns;
  const steps = columnsLast ? { rowStep: columns, columnStep: 1 } : { rowStep: 1, columnStep: rows };
  return { values: valuesOf(t), start: 0, rows, ...steps };
}

/**
 * Boxes that the model itself has decoded: cx, cy, width, height in pixels, then objectness (YOLOv3, v5, v6, v7) or none (v8), then the scores of the
 * classes; sigmoids applied. Further outputs are left aside. @returns undefined where no output is of that kind.
 */
export function chooseRows(
  outputs: readonly Tensor[],
  { classCount }: DecodeContext,
): ChosenDecoder | undefined {
  const layouts = [5 + classCount, 4 + classCount].flatMap((columns) =>
    outputs.flatMap((t, i) => layoutOf(t, i, columns) ?? []),
  );
  const layout = layouts[0];
  if (!layout) return undefined;
  const hasObjectness = layout.columns === 5 + classCount;
  const { dims } = outputs[layout.output]!;
  const scores = {
    ...(hasObjectness ? { objectness: 4 } : {}),
    firstClass: layout.columns - classCount,
    classCount,
    activation: (x: number) => x,
  };
  return {
    decode(results, context) {
      const table = tableOf(results[layout.output]!, layout);
      const box = (row: number): CentredBox =>
        [0, 1, 2, 3].map((i) => cell(table, row, i)) as unknown as CentredBox;
      return candidates(table, { ...scores, confThreshold: context.confThreshold }, box);
    },
    note: `[${dims.join(", ")}] holds decoded boxes: centre and size in pixels${hasObjectness ? ", objectness" : ""}, ${classCount} classes`,
  };
}
