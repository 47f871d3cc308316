import { argmaxRows, type BenchModel } from "./model.ts";

const common = {
  script: "infer_arrays.ts",
  measure: "top-1 %",
  decisions: ([scores]: Parameters<NonNullable<BenchModel["decisions"]>>[0]) => argmaxRows(scores!),
};

/** Its 45 samples are all there are. */
export const wakeWord: BenchModel = {
  ...common,
  name: "streaming wake word",
  file: "models/mlperf_tiny/streaming_wakeword.onnx",
  fn: "infer_wakeword",
  test: { data: "models/mlperf_tiny/streaming_wakeword_calibration.npy", iteration: 45 },
};

export const resnet8: BenchModel = {
  ...common,
  name: "ResNet-8",
  file: "models/mlperf_tiny/resnet8_cifar10.onnx",
  fn: "infer_resnet8",
  calibration: { data: "data/cifar/calib512_images.npy", iteration: 512 },
  test: { data: "data/cifar/test10k_images.npy", iteration: 2000 },
};

export const textDirection: BenchModel = {
  ...common,
  name: "PP-OCR direction classifier",
  file: "models/ppocr/ocrV3_cls.onnx",
  fn: "infer_text_direction",
  test: { data: "models/ppocr/ocrV3_cls_inputs.npy", iteration: 30 },
};
