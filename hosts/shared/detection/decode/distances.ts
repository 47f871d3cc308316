import { ConfigError } from "../../../../core-ts/errors.ts";
import type { Tensor } from "../../../../core-ts/tensor/tensor.ts";
import type { ChooseDecoder, DecodeContext } from "./decoder.ts";
import { type Level, levelsOf } from "./maps.ts";
import { shapesOf } from "./shapes.ts";
import { activationOf, type CentredBox, candidates, cell, sigmoid, type Table } from "./table.ts";

/**
 * A distance in cells: the mean of 0, 1 .. bins - 1 under a softmax (Li et al., "Generalized Focal Loss", the integral of section 3.2), or the number itself
 * where there is one only.
 */
function distance(table: Table, row: number, firstBin: number, bins: number): number {
  if (bins === 1) return cell(table, row, firstBin);
  const logits = Array.from({ length: bins }, (_, i) => cell(table, row, firstBin + i));
  const top = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - top));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.reduce((mean, weight, i) => mean + (i * weight) / sum, 0);
}

/** From the middle of a cell so many cells to the left, up, right and down. */
function boxReader({ map, stride }: Level, table: Table, bins: number) {
  return (row: number): CentredBox => {
    const [left, up, right, down] = [0, 1, 2, 3].map((side) => distance(table, row, side * bins, bins)) as [
      number,
      number,
      number,
      number,
    ];
    const [x, y] = [(row % map.width) + 0.5, Math.floor(row / map.width) + 0.5];
    return [
      (x + (right - left) / 2) * stride.x,
      (y + (down - up) / 2) * stride.y,
      (left + right) * stride.x,
      (up + down) * stride.y,
    ];
  };
}

/** A head without anchors as the network leaves it: a map a level, [N, 4 · bins + nc, H, W], distances first (YOLOv8: 16 bins). */
export const chooseDistances: ChooseDecoder = (first, { classCount, input }) => {
  const channels = new Set(first.map(({ dims }) => dims[1]));
  const [columns] = channels as Set<number>;
  const bins = ((columns ?? 0) - classCount) / 4;
  const read = (outputs: readonly Tensor[]) => levelsOf(outputs, columns!, input);
  const levels = Number.isInteger(bins) && bins >= 1 && channels.size === 1 ? read(first) : undefined;
  if (!levels || first.some(({ dims }) => dims.length !== 4)) {
    throw new ConfigError(
      `the outputs ${shapesOf(first)} are of no head that is known with ${classCount} classes and without anchors, expected [N, boxes, ${5 + classCount}], [N, ${4 + classCount}, boxes], [N, boxes, ${4 + classCount}], or maps [N, 4 · bins + ${classCount}, H, W]; correct "nc", give "anchors", choose the outputs with -on, or name a "decoder"`,
      { option: "-rc/--run-config" },
    );
  }
  const firstClass = 4 * bins;
  const activation = activationOf(
    levels.flatMap(({ tables }) => tables),
    [firstClass, columns!],
  );
  const decode = (outputs: readonly Tensor[], { confThreshold }: DecodeContext) =>
    (read(outputs) ?? []).flatMap((level) =>
      level.tables.flatMap((table) =>
        candidates(
          table,
          { firstClass, classCount, activation, confThreshold },
          boxReader(level, table, bins),
        ),
      ),
    );
  const sigmoids = activation === sigmoid ? "" : ", sigmoids applied by the model";
  return {
    decode,
    note: `${shapesOf(first)} are maps without anchors (distances in ${bins} ${bins === 1 ? "number" : "bins"} a side${sigmoids})`,
  };
};
