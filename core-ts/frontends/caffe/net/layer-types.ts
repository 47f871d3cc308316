/** Names of the old enum V1LayerParameter.LayerType (caffe.proto), with their numbers, and the type strings that took their place. */
const OLD_TYPES = [
  ["ACCURACY", 1, "Accuracy"],
  ["BNLL", 2, "BNLL"],
  ["CONCAT", 3, "Concat"],
  ["CONVOLUTION", 4, "Convolution"],
  ["DATA", 5, "Data"],
  ["DROPOUT", 6, "Dropout"],
  ["EUCLIDEAN_LOSS", 7, "EuclideanLoss"],
  ["FLATTEN", 8, "Flatten"],
  ["HDF5_DATA", 9, "HDF5Data"],
  ["HDF5_OUTPUT", 10, "HDF5Output"],
  ["IM2COL", 11, "Im2col"],
  ["IMAGE_DATA", 12, "ImageData"],
  ["INFOGAIN_LOSS", 13, "InfogainLoss"],
  ["INNER_PRODUCT", 14, "InnerProduct"],
  ["LRN", 15, "LRN"],
  ["MULTINOMIAL_LOGISTIC_LOSS", 16, "MultinomialLogisticLoss"],
  ["POOLING", 17, "Pooling"],
  ["RELU", 18, "ReLU"],
  ["SIGMOID", 19, "Sigmoid"],
  ["SOFTMAX", 20, "Softmax"],
  ["SOFTMAX_LOSS", 21, "SoftmaxWithLoss"],
  ["SPLIT", 22, "Split"],
  ["TANH", 23, "TanH"],
  ["WINDOW_DATA", 24, "WindowData"],
  ["ELTWISE", 25, "Eltwise"],
  ["POWER", 26, "Power"],
  ["SIGMOID_CROSS_ENTROPY_LOSS", 27, "SigmoidCrossEntropyLoss"],
  ["HINGE_LOSS", 28, "HingeLoss"],
  ["MEMORY_DATA", 29, "MemoryData"],
  ["ARGMAX", 30, "ArgMax"],
  ["THRESHOLD", 31, "Threshold"],
  ["DUMMY_DATA", 32, "DummyData"],
  ["SLICE", 33, "Slice"],
  ["MVN", 34, "MVN"],
  ["ABSVAL", 35, "AbsVal"],
  ["SILENCE", 36, "Silence"],
  ["CONTRASTIVE_LOSS", 37, "ContrastiveLoss"],
  ["EXP", 38, "Exp"],
  ["DECONVOLUTION", 39, "Deconvolution"],
] as const;

/** The type string of an old enum's member or number; undefined for an unknown one. */
export function typeOfOld(word: string): string | undefined {
  return OLD_TYPES.find(([name, code]) => name === word || String(code) === word)?.[2];
}

const DATA = new Set([
  ...["Data", "ImageData", "HDF5Data", "MemoryData", "WindowData", "AnnotatedData", "VideoData"],
  ...["DummyData", "Input"],
]);
/** Layers whose every top is an input; of the others only the first is, and the rest are labels. */
const ONLY_INPUTS = new Set(["DummyData", "Input"]);
/** Layers that only train, measure or write. */
const DROPPED = new Set(["Accuracy", "Silence", "HDF5Output", "DetectionEvaluate"]);

/** Where data come in. */
export const isData = (type: string): boolean => DATA.has(type);
export const hasLabels = (type: string): boolean => isData(type) && !ONLY_INPUTS.has(type);
export const isDropped = (type: string): boolean => DROPPED.has(type) || type.endsWith("Loss");
/** Reads what nobody else wants, so that it is no output. */
export const isSilence = (type: string): boolean => type === "Silence";
