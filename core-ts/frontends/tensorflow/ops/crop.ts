import { attr } from "../../../graph/attributes.ts";
import type { Attribute } from "../../../graph/graph.ts";
import type { DType } from "../../../tensor/dtype.ts";
import type { Convert } from "../convert.ts";
import type { Emitter } from "../emitter.ts";
import { attrFloat, attrString, type Dims } from "../node.ts";
import { rankedDims, wholeNumbers } from "../settle.ts";
import { channelsFirst, Refused, type TensorValue } from "../value.ts";

const IMAGE = channelsFirst(4);
/** A place this far outside of the picture is still its edge: boxes that end there are rounded. */
const EDGE = 1 + 1e-6;

interface Span {
  readonly begin: TensorValue;
  readonly end: TensorValue;
  /** Points from begin to end. */
  readonly count: number;
  /** The axis of the grid [box, row, column, 1] along which they lie. */
  readonly axis: 1 | 2;
}

/** Writes ops whose shapes matter to no one: the pictures' count may be open. */
class Grid {
  readonly #to: Emitter;
  readonly #boxes: number | null;

  constructor(to: Emitter, boxes: number | null) {
    this.#to = to;
    this.#boxes = boxes;
  }

  op(name: string, inputs: readonly (TensorValue | string)[], part: string, more: Make = {}): TensorValue {
    const type = { dtype: more.dtype ?? ("float32" as const), dims: [this.#boxes, ...(more.dims ?? [1])] };
    return this.#to.emit(name, inputs, type, more.attrs ?? {}, part);
  }

  scalar(value: number, part: string): TensorValue {
    return this.#to.scalar("float32", value, part);
  }

  /** Evenly from begin to end, in [-1, 1] over the picture: 2·(begin + k·(end - begin)/(count - 1)) - 1. */
  places({ begin, end, count, axis }: Span): TensorValue {
    const part = axis === 1 ? "row" : "column";
    const steps = Array.from({ length: count }, (_, k) => (2 * k) / (count - 1));
    const extent = this.op("Sub", [end, begin], `${part}/extent`);
    const stepped = this.#to.numbers("float32", [1, count], steps, `${part}/steps`);
    const moved = this.op("Mul", [extent, stepped], `${part}/moved`);
    const sum = this.op("Add", [moved, this.op("Add", [begin, begin], `${part}/twice`)], `${part}/sum`);
    const place = this.op("Sub", [sum, this.scalar(1, `${part}/one`)], `${part}/place`);
    return this.op("Unsqueeze", [place, this.#to.ints(axis === 1 ? [2, 3] : [1, 3], `${part}/axes`)], part);
  }

  /** 1 inside of the picture, 0 outside. */
  inside(place: TensorValue, part: string): TensorValue {
    const far = this.op("Abs", [place], `${part}/abs`);
    const isIn = this.op("LessOrEqual", [far, this.scalar(EDGE, `${part}/edge`)], `${part}/isIn`, {
      dtype: "bool",
    });
    return this.op("Cast", [isIn], `${part}/inside`, { attrs: { to: attr.int(1) } });
  }
}

interface Make {
  readonly dtype?: DType;
  readonly dims?: Dims;
  readonly attrs?: Readonly<Record<string, Attribute>>;
}

interface Crop {
  readonly x: TensorValue;
  readonly boxes: TensorValue;
  readonly indices: TensorValue;
  readonly size: readonly [number, number];
}

/** GridSample over the box of each picture; what lies outside of the picture is 0. */
function cropped({ x, boxes, indices, size }: Crop, to: Emitter): TensorValue {
  const count = boxes.dims?.[0] ?? null;
  const grid = new Grid(to, count);
  const edges = [0, 1, 2, 3].map(() => ({ dtype: "float32" as const, dims: [count, 1] }));
  const ones = to.ints([1, 1, 1, 1], "ones");
  const [y1, x1, y2, x2] = to.emitMany("Split", [to.plain(boxes), ones], edges, { axis: attr.int(1) });
  const rows = grid.places({ begin: y1!, end: y2!, count: size[0], axis: 1 });
  const columns = grid.places({ begin: x1!, end: x2!, count: size[1], axis: 2 });
  const shape = grid.op("Shape", [grid.op("Add", [rows, columns], "both")], "shape", { dtype: "int64" });
  const spread = [columns, rows].map((one, i) => grid.op("Expand", [one, shape], `spread${i}`));
  const places = grid.op("Concat", spread, "grid", { attrs: { axis: attr.int(3) } });
  const image = to.arrange(to.cast(x, "float32", "float32"), IMAGE);
  const pictures = grid.op("Gather", [image, indices], "pictures", { attrs: { axis: attr.int(0) } });
  const sampled = grid.op("GridSample", [pictures, places], "sampled", {
    attrs: { mode: attr.string("linear"), padding_mode: attr.string("border"), align_corners: attr.int(1) },
  });
  const both = grid.op("Mul", [grid.inside(rows, "row"), grid.inside(columns, "column")], "inside");
  const mask = grid.op("Transpose", [both], "mask", { attrs: { perm: attr.ints([0, 3, 1, 2]) } });
  const type = { dtype: "float32" as const, dims: [count, ...size, x.dims![3]!], perm: IMAGE };
  return to.emit("Mul", [sampled, mask], type);
}

/** Boxes [y1, x1, y2, x2] of the unit square, one picture each. */
export const cropAndResize: Convert = (node, [x, boxes, indices, size], to) => {
  rankedDims(x!, "an image");
  const [height = 0, width = 0] = wholeNumbers(size, "the size of CropAndResize");
  if (attrString(node, "method", "bilinear") !== "bilinear")
    throw new Refused("CropAndResize to the nearest pixel");
  if (attrFloat(node, "extrapolation_value", 0) !== 0)
    throw new Refused("CropAndResize with an extrapolation value");
  if (height < 2 || width < 2) throw new Refused("CropAndResize to a single row or column");
  return cropped({ x: x!, boxes: boxes!, indices: indices!, size: [height, width] }, to);
};
