import { FLOAT32_INTEGERS } from "../fixed/functions/conv.ts";
import { attr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { lowerLinear } from "../quantize/linear.ts";
import { channelLayout } from "../quantize/weights.ts";
import { MAX_TERMS, refuseWeights } from "./conv.ts";
import { type Attributes, firstOperand, type LowerContext, type OpRecord, type PlanView } from "./record.ts";

/** Terms of one 8-bit sum: int32 holds 255·127·K and leaves room for the bias. */
const MAX_TERMS_8 = 65536;

/** Why a product with a constant [K, N] matrix can't be integer. */
export function refuseMatrix(node: Node, view: PlanView): string | undefined {
  const refused = refuseWeights(node, view);
  if (refused) return refused;
  const terms = view.constant(node.inputs[1]!)!.dims[0]!;
  return view.bits === 8 && terms > MAX_TERMS_8
    ? `each output sums ${terms} products; the int32 accumulator holds at most ${MAX_TERMS_8}`
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
  const chunk: Attributes = wide ? { k_chunk: attr.int(Math.min(weight.dims[0]!, MAX_TERMS)) } : {};
  ctx.emit(op, [x.name, ...linear.inputs], { ...linear.attrs, ...chunk });
}

/** Conditions of a product by a matrix of weights, in words. */
const MATRIX_CONDITIONS = [
  "weights and bias constant; else it is rewritten to MatMul and Add",
  `8 bit: sums of at most ${MAX_TERMS_8} products`,
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
