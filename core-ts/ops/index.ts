import { isPointwise } from "../graph/pointwise.ts";
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
import { pointwise } from "./table.ts";
import { UNARY } from "./unary.ts";

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
  Slice: movement,
  Softmax: softmax,
  Split: movement,
  Squeeze: movement,
  Sub: sub,
  Tile: movement,
  Transpose: movement,
  Unsqueeze: movement,
  ...UNARY,
} as const satisfies Record<string, OpRecord>;

export type OpName = keyof typeof OPS;

/** The record of a standard op, or of several fused into one; undefined when it can only stay float. */
export function opRecord(op: string, domain: string): OpRecord | undefined {
  if (isPointwise({ op, domain })) return pointwise;
  return domain === "" && Object.hasOwn(OPS, op) ? OPS[op as OpName] : undefined;
}
