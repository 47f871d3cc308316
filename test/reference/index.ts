import type { FixedOpName } from "../../core-ts/fixed/index.ts";
import type { Tensor } from "../../core-ts/tensor/tensor.ts";
import type { FixedCase, SolvedCase } from "./fixed-case.ts";
import { type Call, call } from "./integers.ts";
import { depthToSpaceTwin, oneHotTwin, spaceToDepthTwin, triluTwin } from "./ops/blocks.ts";
import { convTransposeTwin, convTwin } from "./ops/conv.ts";
import {
  clipTwin,
  divTwin,
  lut8Twin,
  lut16Twin,
  mulTwin,
  preluTwin,
  requantizeOpTwin,
  scaleShiftTwin,
  sumTwin,
} from "./ops/elementwise.ts";
import { lrnTwin } from "./ops/lrn.ts";
import { gemmTwin, matmulTwin, resizeLinearTwin } from "./ops/matrix.ts";
import { padTwin, resizeNearestTwin } from "./ops/movement.ts";
import { groupsTwin, l1Twin, layersTwin, rmsTwin } from "./ops/normalization.ts";
import { gruTwin, lstmTwin, rnnTwin } from "./ops/recurrent.ts";
import { cumSumTwin, extremumTwin, indexTwin, reduceL2Twin, sumOfTwin, topKTwin } from "./ops/reductions.ts";
import { comparisonTwin, modTwin, pickTwin, whereTwin } from "./ops/selection.ts";
import { logSoftmaxTwin, softmaxTwin } from "./ops/softmax.ts";
import { deadZoneTwin, logLut16Twin, roundToTwin } from "./ops/tables.ts";
import { averagePoolTwin, globalMaxPoolTwin, maxPoolTwin } from "./ops/window.ts";

/** Plain TypeScript for every op of docs/fixed-ops.md, written from that page and from spec/fixed-point-ir.md, not from the function bodies. */
export const TWINS: Readonly<Record<FixedOpName, (call: Call) => Tensor | readonly Tensor[]>> = {
  Add: sumTwin(1n),
  ArgMax16: indexTwin(Math.max),
  AveragePool16: averagePoolTwin,
  AveragePool8: averagePoolTwin,
  Clip: clipTwin,
  Conv16: convTwin,
  Conv8: convTwin,
  ConvTranspose16: convTransposeTwin,
  ConvTranspose8: convTransposeTwin,
  DepthToSpace16: depthToSpaceTwin,
  DeadZone: deadZoneTwin,
  Div: divTwin,
  Gemm16: gemmTwin,
  Gemm8: gemmTwin,
  GemmU8: gemmTwin,
  GroupNormalization: groupsTwin,
  L1Normalization: l1Twin,
  LayerNormalization: layersTwin,
  RmsNormalization: rmsTwin,
  GlobalMaxPool: globalMaxPoolTwin,
  ShortConv16: convTwin,
  ShortConv8: convTwin,
  ShortGemm8: gemmTwin,
  ShortMatMul8: matmulTwin,
  LogLut16: logLut16Twin,
  LogSoftmax16: logSoftmaxTwin,
  LogSoftmax8: logSoftmaxTwin,
  LRN: lrnTwin,
  Lut16: lut16Twin,
  Lut8: lut8Twin,
  MatMul16: matmulTwin,
  MatMul8: matmulTwin,
  MatMulU8S8: matmulTwin,
  MaxPool16: maxPoolTwin,
  Mul: mulTwin,
  PRelu: preluTwin,
  OneHot: oneHotTwin,
  Pad16: padTwin,
  ReduceMean: sumOfTwin((v) => v),
  Requantize: requantizeOpTwin,
  RoundTo: roundToTwin,
  ResizeLinear: resizeLinearTwin,
  ResizeLinear1d: resizeLinearTwin,
  ResizeNearest16: resizeNearestTwin,
  ResizeNearestSizes16: resizeNearestTwin,
  ScaleShift: scaleShiftTwin,
  Softmax16: softmaxTwin,
  Softmax8: softmaxTwin,
  SpaceToDepth16: spaceToDepthTwin,
  Sub: sumTwin(-1n),
  Trilu: triluTwin,
  ArgMin16: indexTwin(Math.min),
  CumSum: cumSumTwin,
  Equal: comparisonTwin((a, b) => a === b),
  Greater: comparisonTwin((a, b) => a > b),
  GreaterOrEqual: comparisonTwin((a, b) => a >= b),
  Gru16: gruTwin,
  Gru8: gruTwin,
  GruLinear16: gruTwin,
  GruLinear8: gruTwin,
  Less: comparisonTwin((a, b) => a < b),
  LessOrEqual: comparisonTwin((a, b) => a <= b),
  Lstm16: lstmTwin,
  Lstm8: lstmTwin,
  LstmPeephole16: lstmTwin,
  LstmPeephole8: lstmTwin,
  Max16: pickTwin(Math.max),
  Min16: pickTwin(Math.min),
  Mod: modTwin,
  ReduceL1: sumOfTwin((v) => (v < 0n ? -v : v)),
  ReduceL2: reduceL2Twin,
  ReduceMax16: extremumTwin(Math.max),
  ReduceMin16: extremumTwin(Math.min),
  ReduceSum: sumOfTwin((v) => v),
  ReduceSumSquare: sumOfTwin((v) => v * v),
  Rnn16: rnnTwin,
  Rnn8: rnnTwin,
  TopK16: topKTwin,
  Where: whereTwin,
};

export function solve(one: FixedCase): SolvedCase {
  const inputs = one.inputs.map(({ tensor }) => tensor);
  const outputs = [TWINS[one.op](call(inputs, one.attrs))].flat();
  return { ...one, expected: outputs[one.output ?? 0]! };
}
