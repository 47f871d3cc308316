import { FLOAT32_INTEGERS } from "../fixed/functions/conv.ts";
import type { Node } from "../graph/graph.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { lowerLinear } from "../quantize/linear.ts";
import { channelLayout } from "../quantize/weights.ts";
import { refuseWeights } from "./conv.ts";
import { firstOperand, type LowerContext, type OpRecord, type PlanView } from "./record.ts";

/** Terms of one sum: at 8 bit int32 holds 255·127·K and leaves room for the bias, at 16 bit float64 holds 2^31·K and a bias below 2^51. */
const MAX_TERMS = { 8: 65536, 16: powerOfTwo(21) } as const;

/** Why a product with a constant [K, N] matrix can't be integer. */
export function refuseMatrix(node: Node, view: PlanView): string | undefined {
  const refused = refuseWeights(node, view);
  if (refused) return refused;
  const terms = view.constant(node.inputs[1]!)!.dims[0]!;
  return terms > MAX_TERMS[view.bits]
    ? `each output sums ${terms} products; the accumulator holds at most ${MAX_TERMS[view.bits]}`
    : undefined;
}

/** Writes y = x·w + bias for a constant w [K, N], one scale per column. */
export function lowerMatrix(ctx: LowerContext): void {
  const weight = ctx.constant(ctx.node.inputs[1]!)!;
  const x = ctx.operand(0);
  const bias = ctx.node.inputs[2] ? ctx.constant(ctx.node.inputs[2]) : undefined;
  const layout = channelLayout("Gemm", weight.dims, 1);
  const linear = lowerLinear(
    { x, y: ctx.result(), weight, weightName: ctx.node.inputs[1]!, bias, layout },
    ctx,
  );
  const wide = ctx.plan.bits === 16;
  const narrow = linear.largestSum < FLOAT32_INTEGERS ? "ShortGemm8" : x.type.signed ? "Gemm8" : "GemmU8";
  const op = wide ? "Gemm16" : narrow;
  ctx.emit(op, [x.name, ...linear.inputs], { ...ctx.bounds(), ...(wide ? { q1: linear.attrs.q1! } : {}) });
}

/** Conditions of a product by a matrix of weights, in words. */
const MATRIX_CONDITIONS = [
  "weights and bias constant; else it is rewritten to MatMul and Add",
  `sums of at most ${MAX_TERMS[8]} products at 8 bit, ${MAX_TERMS[16]} at 16 bit`,
];

/** Canonical Gemm: A·B + C with B [K, N] and C constant, no alpha, beta or transposition. */
export const gemm: OpRecord = {
  operands: firstOperand,
  output: "own",
  absorbsActivation: true,
  conditions: MATRIX_CONDITIONS,
  refuse: refuseMatrix,
  lower: lowerMatrix,
};
