import type { Convert } from "../context.ts";
import { boxCoder, priorBox, roiAlign } from "./boxes.ts";
import { multiclassNms } from "./nms.ts";
import { yoloBox } from "./yolo-box.ts";

export const DETECTION = {
  yolo_box: yoloBox,
  multiclass_nms: multiclassNms,
  multiclass_nms2: multiclassNms,
  multiclass_nms3: multiclassNms,
  prior_box: priorBox,
  box_coder: boxCoder,
  roi_align: roiAlign,
} as const satisfies Readonly<Record<string, Convert>>;
