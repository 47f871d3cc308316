import { isPointwise } from "../graph/pointwise.ts";
import { add, meanOfTwo, sub, sumOfTwo } from "./add.ts";
import { argMax, argMin } from "./arg-max.ts";
import { averagePool } from "./average-pool.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { clip, relu } from "./clip.ts";
import { equal, greater, greaterOrEqual, less, lessOrEqual } from "./comparison.ts";
import { concat } from "./concat.ts";
import { conv } from "./conv.ts";
import { convTranspose } from "./conv-transpose.ts";
import { cumSum } from "./cum-sum.ts";
import { depthToSpace, spaceToDepth } from "./depth-to-space.ts";
import { div } from "./div.ts";
import { max, min } from "./extremum.ts";
import { gemm } from "./gemm.ts";
import { groupNormalization, instanceNormalization } from "./group-normalization.ts";
import { gru } from "./gru.ts";
import { layerNormalization, meanVarianceNormalization, rmsNormalization } from "./layer-normalization.ts";
import { logSoftmax } from "./log-softmax.ts";
import { logic } from "./logic.ts";
import { lpNormalization } from "./lp-normalization.ts";
import { lrn } from "./lrn.ts";
import { lstm } from "./lstm.ts";
import { matmul } from "./matmul.ts";
import { globalMaxPool, maxPool } from "./max-pool.ts";
import { mod } from "./mod.ts";
import { chosen, movement } from "./movement.ts";
import { mul } from "./mul.ts";
import { oneHot } from "./one-hot.ts";
import { pad } from "./pad.ts";
import { leakyRelu, prelu } from "./prelu.ts";
import type { OpRecord } from "./record.ts";
import { reduceMax, reduceMin } from "./reduce-extremum.ts";
import {
  globalAveragePool,
  reduceL1,
  reduceL2,
  reduceMean,
  reduceSum,
  reduceSumSquare,
} from "./reduce-sum.ts";
import { resize } from "./resize.ts";
import { rnn } from "./rnn.ts";
import { scatter } from "./scatter.ts";
import { softmax } from "./softmax.ts";
import { pointwise } from "./table.ts";
import { topK } from "./top-k.ts";
import { trilu } from "./trilu.ts";
import { UNARY } from "./unary.ts";
import { where } from "./where.ts";

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
  DepthToSpace: depthToSpace,
  Div: div,
  Expand: movement,
  Flatten: movement,
  Gather: chosen,
  GatherElements: chosen,
  GatherND: chosen,
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
  LRN: lrn,
  LpNormalization: lpNormalization,
  LogSoftmax: logSoftmax,
  GRU: gru,
  LSTM: lstm,
  MatMul: matmul,
  RNN: rnn,
  MaxPool: maxPool,
  Mul: mul,
  PRelu: prelu,
  OneHot: oneHot,
  Pad: pad,
  ReduceMean: reduceMean,
  Relu: relu,
  Reshape: movement,
  Resize: resize,
  ReverseSequence: movement,
  ScatterElements: scatter,
  ScatterND: scatter,
  Slice: movement,
  Softmax: softmax,
  SpaceToDepth: spaceToDepth,
  Split: movement,
  Squeeze: movement,
  Sub: sub,
  Tile: movement,
  Transpose: movement,
  Trilu: trilu,
  Unsqueeze: movement,
  And: logic,
  ArgMin: argMin,
  CumSum: cumSum,
  Equal: equal,
  Greater: greater,
  GreaterOrEqual: greaterOrEqual,
  Less: less,
  LessOrEqual: lessOrEqual,
  Max: max,
  Mean: meanOfTwo,
  Min: min,
  Mod: mod,
  Not: logic,
  Or: logic,
  ReduceL1: reduceL1,
  ReduceL2: reduceL2,
  ReduceMax: reduceMax,
  ReduceMin: reduceMin,
  ReduceSum: reduceSum,
  ReduceSumSquare: reduceSumSquare,
  Sum: sumOfTwo,
  TopK: topK,
  Where: where,
  Xor: logic,
  ...UNARY,
} as const satisfies Record<string, OpRecord>;

export type OpName = keyof typeof OPS;

/** The record of a standard op, or of several fused into one; undefined when it can only stay float. */
export function opRecord(op: string, domain: string): OpRecord | undefined {
  if (isPointwise({ op, domain })) return pointwise;
  return domain === "" && Object.hasOwn(OPS, op) ? OPS[op as OpName] : undefined;
}
