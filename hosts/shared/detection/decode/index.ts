import { chooseAnchors } from "./anchors.ts";
import type { ChooseDecoder } from "./decoder.ts";
import { chooseDistances } from "./distances.ts";
import { chooseRows } from "./rows.ts";

/** Rows that the model has decoded are read alike by all: what is named is how maps are read. */
const rowsOr =
  (maps: ChooseDecoder): ChooseDecoder =>
  (outputs, context) =>
    chooseRows(outputs, context) ?? maps(outputs, context);

const yolov5 = rowsOr(chooseAnchors("yolov5"));
const yolov8 = rowsOr(chooseDistances);

/** What "decoder" can name besides decoders of a script. */
export const DECODERS = {
  yolov3: rowsOr(chooseAnchors("yolov3")),
  yolov5,
  yolov6: yolov8,
  yolov7: yolov5,
  yolov8,
} as const satisfies Readonly<Record<string, ChooseDecoder>>;

/** Where "decoder" names none: with "anchors" YOLOv5's formula, else no anchors. */
export const chooseByShape: ChooseDecoder = (outputs, context) =>
  (context.anchors.length > 0 ? DECODERS.yolov5 : DECODERS.yolov8)(outputs, context);
