import { add, sub } from "./add.ts";
import { argMax } from "./arg-max.ts";
import { averagePool } from "./average-pool.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { clip, relu } from "./clip.ts";
import { concat } from "./concat.ts";
import { conv } from "./conv.ts";
import { convTranspose } from "./conv-transpose.ts";
import { div } from "./div.ts";
import { gemm } from "./gemm.ts";
import { groupNormalization, instanceNormalization } from "./group-normalization.ts";
import { layerNormalization, meanVarianceNormalization, rmsNormalization } from "./layer-normalization.ts";
import { matmul } from "./matmul.ts";
import { globalMaxPool, maxPool } from "./max-pool.ts";
import { movement } from "./movement.ts";
import { mul } from "./mul.ts";
import { pad } from "./pad.ts";
import { leakyRelu, prelu } from "./prelu.ts";
import type { OpRecord } from "./record.ts";
import { globalAveragePool, reduceMean } from "./reduce-mean.ts";
import { resize } from "./resize.ts";
import { softmax } from "./softmax.ts";
import { hardSigmoid, hardSwish, sigmoid, tanh } from "./table.ts";

/** Every op the quantizer can hold in integers, by its ONNX name. */
export const OPS = {
  Add: add,
  ArgMax: argMax,
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Clip: clip,
  Concat: concat,
  Conv: conv,
  ConvTranspose: convTranspose,
  Div: div,
  Expand: movement,
  Flatten: movement,
  Gather: movement,
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
  SimplifiedLayerNormalization: rmsNormalization,
  HardSigmoid: hardSigmoid,
  HardSwish: hardSwish,
  Identity: movement,
  LeakyRelu: leakyRelu,
  MatMul: matmul,
  MaxPool: maxPool,
  Mul: mul,
  PRelu: prelu,
  Pad: pad,
  ReduceMean: reduceMean,
  Relu: relu,
  Reshape: movement,
  Resize: resize,
  Sigmoid: sigmoid,
  Slice: movement,
  Softmax: softmax,
  Split: movement,
  Squeeze: movement,
  Sub: sub,
  Tanh: tanh,
  Tile: movement,
  Transpose: movement,
  Unsqueeze: movement,
} as const satisfies Record<string, OpRecord>;

export type OpName = keyof typeof OPS;

/** The record of a standard op, or undefined when it can only stay float. */
export function opRecord(op: string, domain: string): OpRecord | undefined {
  return domain === "" && Object.hasOwn(OPS, op) ? OPS[op as OpName] : undefined;
}
