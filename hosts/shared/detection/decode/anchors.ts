import { ConfigError } from "../../../../core-ts/errors.ts";
import type { Tensor } from "../../../../core-ts/tensor/tensor.ts";
import type { Anchor, ChooseDecoder, DecodeContext } from "./decoder.ts";
import { type Level, levelsOf } from "./maps.ts";
import { shapesOf } from "./shapes.ts";
import {
  type Activation,
  activationOf,
  type CentredBox,
  candidates,
  cell,
  sigmoid,
  type Table,
} from "./table.ts";

/** How a box comes from a cell: centre in cells from the cell's own corner, size as a factor of the anchor's. */
interface BoxFormula {
  readonly centre: (activated: number) => number;
  readonly size: (raw: number, activated: number) => number;
  readonly text: string;
}

const FORMULAS = {
  /** YOLOv3: Redmon and Farhadi, "YOLOv3: An Incremental Improvement", section 2.1. */
  yolov3: { centre: (s) => s, size: (raw) => Math.exp(raw), text: "centre σ(t), size anchor · exp(t)" },
  /** YOLOv5's Detect, taken over by YOLOv7 and by Ultralytics' YOLOv3. */
  yolov5: {
    centre: (s) => 2 * s - 0.5,
    size: (_, s) => 4 * s * s,
    text: "centre 2σ(t) - 0.5, size anchor · (2σ(t))²",
  },
} as const satisfies Readonly<Record<string, BoxFormula>>;

/** Anchors of each level, small ones for small cells, whatever order the groups are given in. */
function anchorsOf(
  levels: readonly Level[],
  anchors: readonly Anchor[],
  outputs: readonly Tensor[],
): Anchor[][] {
  const counts = levels.map(({ tables }) => tables.length);
  const needed = counts.reduce((sum, count) => sum + count, 0);
  if (needed !== anchors.length || new Set(counts).size > 1) {
    throw new ConfigError(
      `"anchors" has ${anchors.length} pairs of width and height, the outputs ${shapesOf(outputs)} have room for ${counts.join(" + ")}; give as many, in pixels`,
      { option: "-rc/--run-config" },
    );
  }
  const area = (group: readonly Anchor[]) => group.reduce((sum, [width, height]) => sum + width * height, 0);
  return counts
    .map((count, i) => anchors.slice(i * count, (i + 1) * count))
    .toSorted((a, b) => area(a) - area(b));
}

function boxReader(
  { map, stride }: Level,
  [width, height]: Anchor,
  formula: BoxFormula,
  activation: Activation,
) {
  return (table: Table) =>
    (row: number): CentredBox => {
      const at = [0, 1, 2, 3].map((i) => cell(table, row, i));
      const [x, y, w, h] = at.map(activation) as [number, number, number, number];
      return [
        ((row % map.width) + formula.centre(x)) * stride.x,
        (Math.floor(row / map.width) + formula.centre(y)) * stride.y,
        width * formula.size(at[2]!, w),
        height * formula.size(at[3]!, h),
      ];
    };
}

/** A head with anchors as the network leaves it: a map a level, [N, anchors · (5 + nc), H, W] or [N, anchors, H, W, 5 + nc]. */
export function chooseAnchors(name: keyof typeof FORMULAS): ChooseDecoder {
  const formula: BoxFormula = FORMULAS[name];
  return (first, { classCount, anchors, input }) => {
    const columns = 5 + classCount;
    const read = (outputs: readonly Tensor[]) => levelsOf(outputs, columns, input);
    const levels = read(first);
    if (!levels) {
      throw new ConfigError(
        `the outputs ${shapesOf(first)} are no maps of a head with anchors and ${classCount} classes, expected [N, anchors · ${columns}, H, W] or [N, anchors, H, W, ${columns}] each, or [N, boxes, ${columns}]; correct "nc", choose the outputs with -on, or name a "decoder"`,
        { option: "-rc/--run-config" },
      );
    }
    const perLevel = anchorsOf(levels, anchors, first);
    // Sizes of YOLOv3 are no sigmoids; objectness and classes tell what has become of all.
    const activation = activationOf(
      levels.flatMap(({ tables }) => tables),
      [4, columns],
    );
    const decode = (outputs: readonly Tensor[], { confThreshold }: DecodeContext) =>
      (read(outputs) ?? []).flatMap((level, l) =>
        level.tables.flatMap((table, a) => {
          const box = boxReader(level, perLevel[l]![a]!, formula, activation)(table);
          return candidates(
            table,
            { objectness: 4, firstClass: 5, classCount, activation, confThreshold },
            box,
          );
        }),
      );
    const sigmoids = activation === sigmoid ? "" : ", sigmoids applied by the model";
    return {
      decode,
      note: `${shapesOf(first)} are maps with ${levels[0]!.tables.length} anchors a cell (${formula.text}${sigmoids})`,
    };
  };
}
