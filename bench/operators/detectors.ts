import type { BenchModel } from "./model.ts";

/** The photos of ../shared, on which calibration and comparison run alike: there are no others. */
const PHOTOS = { data: "data/photos", iteration: 14 };
const common = { script: "infer_photos.ts", measure: "F1 %", test: PHOTOS };

export const fastestDet: BenchModel = {
  ...common,
  name: "FastestDet",
  file: "models/detection/FastestDet.onnx",
  fn: "infer_fastestdet",
};

export const ultraFace: BenchModel = {
  ...common,
  name: "UltraFace slim",
  file: "models/detection/version-slim-320.onnx",
  fn: "infer_ultraface",
};

/** What the warning about its decoding proposes. */
const DECODING =
  "Mul_194 Mul_196 Add_198 Exp_202 Mul_204 Concat_205 Div_209 Sub_210 Div_214 Add_215 Concat_216";

/** -mc with 16 bit for the nodes that decode the boxes. */
export const ultraFaceMixed: BenchModel = {
  ...ultraFace,
  name: "UltraFace slim, decoding at 16 bit",
  bits: [8],
  options: { mix: new Map(DECODING.split(" ").map((node) => [node, { bits: 16, mode: "min_max" }])) },
};

export const ultraFaceOffsets: BenchModel = {
  ...common,
  name: "UltraFace slim without post-processing",
  file: "models/detection/version-slim-320_without_postprocessing.onnx",
  fn: "infer_ultraface_offsets",
};

/** Random weights, so there is no task: the photos only make its layers vary. gen_nets.py makes the file (bench/prepare.sh). */
export const yoloLike: BenchModel = {
  ...common,
  name: "yolo_like",
  file: `${process.env.KNIGHT_BENCH ?? "/tmp/knight-bench"}/yolo_like.onnx`,
  fn: "infer_yolo",
  measure: "(random weights)",
};
