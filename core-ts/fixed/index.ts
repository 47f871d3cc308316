import { InternalError } from "../errors.ts";
import { type FunctionDef, KNIGHT_DOMAIN, type Node } from "../graph/graph.ts";
import { conv8, conv16, shortConv8, shortConv16 } from "./functions/conv.ts";
import { convTranspose8, convTranspose16 } from "./functions/conv-transpose.ts";
import { div } from "./functions/div.ts";
import { add, mul, prelu, scaleShift, sub } from "./functions/elementwise.ts";
import { gemm8, gemm16, gemmU8 } from "./functions/gemm.ts";
import { gru8, gru16, gruLinear8, gruLinear16 } from "./functions/gru.ts";
import { logLut16 } from "./functions/log-lut.ts";
import { logSoftmax8, logSoftmax16 } from "./functions/log-softmax.ts";
import { lrn } from "./functions/lrn.ts";
import { lstm8, lstm16, lstmPeephole8, lstmPeephole16 } from "./functions/lstm.ts";
import { lut8, lut16 } from "./functions/lut.ts";
import { matmul8, matmul16, matmulU8S8, shortMatmul8 } from "./functions/matmul.ts";
import { depthToSpace16, oneHot, spaceToDepth16, trilu } from "./functions/movement.ts";
import {
  groupNormalization,
  l1Normalization,
  layerNormalization,
  rmsNormalization,
} from "./functions/normalization.ts";
import { averagePool8, averagePool16, globalMaxPool, maxPool16, pad16 } from "./functions/pooling.ts";
import {
  argMax16,
  argMin16,
  cumSum,
  reduceL1,
  reduceL2,
  reduceMax16,
  reduceMean,
  reduceMin16,
  reduceSum,
  reduceSumSquare,
  topK16,
} from "./functions/reductions.ts";
import { clip, requantizeOp } from "./functions/requantize.ts";
import { resizeLinear, resizeLinear1d, resizeNearest16, resizeNearestSizes16 } from "./functions/resize.ts";
import { rnn8, rnn16 } from "./functions/rnn.ts";
import {
  equal,
  greater,
  greaterOrEqual,
  less,
  lessOrEqual,
  max16,
  min16,
  mod,
  where,
} from "./functions/selection.ts";
import { shortGemm8 } from "./functions/short-gemm.ts";
import { softmax8, softmax16 } from "./functions/softmax.ts";
import { deadZone, roundTo } from "./functions/steps.ts";

/** Every integer op of docs/fixed-ops.md and the function that defines it. */
export const FIXED_OPS = {
  Add: { build: add },
  ArgMax16: { build: argMax16 },
  AveragePool16: { build: averagePool16 },
  AveragePool8: { build: averagePool8 },
  Clip: { build: clip },
  Conv16: { build: conv16 },
  Conv8: { build: conv8 },
  ConvTranspose16: { build: convTranspose16 },
  ConvTranspose8: { build: convTranspose8 },
  DepthToSpace16: { build: depthToSpace16 },
  DeadZone: { build: deadZone },
  Div: { build: div },
  Gemm16: { build: gemm16 },
  Gemm8: { build: gemm8 },
  GemmU8: { build: gemmU8 },
  ShortConv16: { build: shortConv16 },
  ShortConv8: { build: shortConv8 },
  ShortGemm8: { build: shortGemm8 },
  ShortMatMul8: { build: shortMatmul8 },
  GroupNormalization: { build: groupNormalization },
  L1Normalization: { build: l1Normalization },
  LayerNormalization: { build: layerNormalization },
  RmsNormalization: { build: rmsNormalization },
  GlobalMaxPool: { build: globalMaxPool },
  LogLut16: { build: logLut16 },
  LogSoftmax16: { build: logSoftmax16 },
  LogSoftmax8: { build: logSoftmax8 },
  Gru16: { build: gru16 },
  Gru8: { build: gru8 },
  GruLinear16: { build: gruLinear16 },
  GruLinear8: { build: gruLinear8 },
  Lstm16: { build: lstm16 },
  Lstm8: { build: lstm8 },
  LstmPeephole16: { build: lstmPeephole16 },
  LstmPeephole8: { build: lstmPeephole8 },
  LRN: { build: lrn },
  Lut16: { build: lut16 },
  Lut8: { build: lut8 },
  MatMul16: { build: matmul16 },
  MatMul8: { build: matmul8 },
  MatMulU8S8: { build: matmulU8S8 },
  MaxPool16: { build: maxPool16 },
  Mul: { build: mul },
  PRelu: { build: prelu },
  OneHot: { build: oneHot },
  Pad16: { build: pad16 },
  ReduceMean: { build: reduceMean },
  Requantize: { build: requantizeOp },
  RoundTo: { build: roundTo },
  ResizeLinear: { build: resizeLinear },
  ResizeLinear1d: { build: resizeLinear1d },
  ResizeNearest16: { build: resizeNearest16 },
  ResizeNearestSizes16: { build: resizeNearestSizes16 },
  Rnn16: { build: rnn16 },
  Rnn8: { build: rnn8 },
  ScaleShift: { build: scaleShift },
  Softmax16: { build: softmax16 },
  Softmax8: { build: softmax8 },
  SpaceToDepth16: { build: spaceToDepth16 },
  Sub: { build: sub },
  Trilu: { build: trilu },
  ArgMin16: { build: argMin16 },
  CumSum: { build: cumSum },
  Equal: { build: equal },
  Greater: { build: greater },
  GreaterOrEqual: { build: greaterOrEqual },
  Less: { build: less },
  LessOrEqual: { build: lessOrEqual },
  Max16: { build: max16 },
  Min16: { build: min16 },
  Mod: { build: mod },
  ReduceL1: { build: reduceL1 },
  ReduceL2: { build: reduceL2 },
  ReduceMax16: { build: reduceMax16 },
  ReduceMin16: { build: reduceMin16 },
  ReduceSum: { build: reduceSum },
  ReduceSumSquare: { build: reduceSumSquare },
  TopK16: { build: topK16 },
  Where: { build: where },
} as const satisfies Readonly<Record<string, { build(): FunctionDef }>>;

export type FixedOpName = keyof typeof FIXED_OPS;

export function isFixedOp(name: string): name is FixedOpName {
  return Object.hasOwn(FIXED_OPS, name);
}

/**
 * The functions that nodes of domain ai.knight call, once each, sorted by name.
 * @throws InternalError for a node of that domain that no function defines.
 */
export function functionsUsed(nodes: readonly Node[]): FunctionDef[] {
  const names = new Set(nodes.filter(({ domain }) => domain === KNIGHT_DOMAIN).map(({ op }) => op));
  return [...names].sort().map((name) => {
    if (!isFixedOp(name))
      throw new InternalError(
        `no function defines "${name}" of domain ${KNIGHT_DOMAIN}; add it to core-ts/fixed/index.ts`,
      );
    return FIXED_OPS[name].build();
  });
}
