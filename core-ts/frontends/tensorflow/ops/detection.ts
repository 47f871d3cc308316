import { attr } from "../../../graph/attributes.ts";
import type { Convert } from "../convert.ts";
import type { Emitter } from "../emitter.ts";
import { attrBool, attrFloat } from "../node.ts";
import { Refused, type TensorValue } from "../value.ts";
import { expandDims } from "./reshape.ts";

const vector = (x: TensorValue, to: Emitter, part: string): TensorValue =>
  to.emit("Reshape", [x, to.ints([1], "one")], { dtype: x.dtype, dims: [1] }, {}, part);

/** Boxes [n, 4] as corners, scores [n]: ONNX has a batch and classes in front, and answers with rows [batch, class, box]. */
function selected(inputs: readonly TensorValue[], to: Emitter): TensorValue {
  const [boxes, scores, most, iou, threshold] = inputs as [
    TensorValue,
    TensorValue,
    TensorValue,
    TensorValue | undefined,
    TensorValue | undefined,
  ];
  const wide = expandDims(to.plain(boxes), 0, to, "boxes");
  const ranked = expandDims(expandDims(to.plain(scores), 0, to, "scores"), 0, to, "classes");
  const limit = vector(to.asInt64(most, "most"), to, "limit");
  const overlap = iou ? vector(iou, to, "iou") : to.numbers("float32", [1], [0.5], "iou");
  const lowest = threshold ? [vector(threshold, to, "threshold")] : [];
  const rows = to.emit(
    "NonMaxSuppression",
    [wide, ranked, limit, overlap, ...lowest],
    { dtype: "int64", dims: [null, 3] },
    {},
    "rows",
  );
  const column = to.emit(
    "Gather",
    [rows, to.scalar("int64", 2, "column")],
    { dtype: "int64", dims: [null] },
    { axis: attr.int(1) },
    "boxesKept",
  );
  return column;
}

const suppress: Convert = (_, inputs, to) => to.cast(selected(inputs, to), "int32", "");

/** The first of them has the overlap as an attribute. */
const suppressOld: Convert = (node, inputs, to) => {
  const overlap = to.scalar("float32", attrFloat(node, "iou_threshold", 0.5), "overlap");
  return suppress(node, [...inputs.slice(0, 3), overlap], to);
};

/** With scores, as NonMaxSuppressionV5 gives them; its soft suppression is another algorithm. */
const suppressScored: Convert = (node, inputs, to) => {
  const [, scores, , , , sigma] = inputs;
  if (sigma?.known?.[0] !== 0) throw new Refused("NonMaxSuppressionV5 with soft suppression");
  if (attrBool(node, "pad_to_max_output_size", false))
    throw new Refused("NonMaxSuppression padded to its largest size");
  const kept = selected(inputs.slice(0, 5), to);
  const values = to.emit("Gather", [scores!, kept], { dtype: "float32", dims: [null] }, {}, "scoresKept");
  const count = to.emit("Size", [kept], { dtype: "int64", dims: [] }, {}, "count");
  return [to.cast(kept, "int32", ""), values, to.cast(count, "int32", "valid")];
};

const suppressCounted: Convert = (node, inputs, to) => {
  if (attrBool(node, "pad_to_max_output_size", false))
    throw new Refused("NonMaxSuppression padded to its largest size");
  const kept = selected(inputs, to);
  const count = to.emit("Size", [kept], { dtype: "int64", dims: [] }, {}, "count");
  return [to.cast(kept, "int32", ""), to.cast(count, "int32", "valid")];
};

export const DETECTION: Readonly<Record<string, Convert>> = {
  NonMaxSuppression: suppressOld,
  NonMaxSuppressionV2: suppress,
  NonMaxSuppressionV3: suppress,
  NonMaxSuppressionV4: suppressCounted,
  NonMaxSuppressionV5: suppressScored,
};
