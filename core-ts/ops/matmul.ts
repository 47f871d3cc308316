import { FLOAT32_INTEGERS } from "../fixed/functions/conv.ts";
import { attr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { scalarRequantize } from "../quantize/linear.ts";
import { accumulatorShift } from "../quantize/scale.ts";
import { MAX_TERMS } from "./conv.ts";
import { lowerMatrix, refuseMatrix } from "./gemm.ts";
import type { IntValue, LowerContext, OpRecord, PlanView } from "./record.ts";

/** B is a matrix of weights: one scale per column. */
function isWeightMatrix(node: Node, view: PlanView): boolean {
  return view.constant(node.inputs[1]!)?.dims.length === 2;
}

const largest = ({ type }: IntValue): number => Math.max(-type.qmin, type.qmax);

/** The function that is exact for this pair of types: by products in float32 where sums are short. */
function product8(a: IntValue, b: IntValue, terms: number): string {
  if (terms * largest(a) * largest(b) < FLOAT32_INTEGERS) return "ShortMatMul8";
  return !a.type.signed && b.type.signed ? "MatMulU8S8" : "MatMul8";
}

function lowerProduct(ctx: LowerContext): void {
  const [a, b, y] = [ctx.operand(0), ctx.operand(1), ctx.result()];
  const factor = (a.scale * b.scale) / y.scale;
  const terms = ctx.dims(ctx.node.inputs[0]!)!.at(-1)!;
  if (ctx.plan.bits === 8) {
    ctx.emit(product8(a, b, terms), [a.name, b.name, ...scalarRequantize(ctx, factor)], ctx.bounds());
    return;
  }
  const possible = terms * a.type.qmax * b.type.qmax;
  const q1 = accumulatorShift(Math.min(possible, ctx.largestOutput() / (a.scale * b.scale)));
  ctx.emit("MatMul16", [a.name, b.name, ...scalarRequantize(ctx, factor, q1)], {
    q1: attr.int(q1),
    ...ctx.bounds(),
  });
}

/** Product of two activations (one scale each), or of an activation and a weight matrix (one scale per column). */
export const matmul: OpRecord = {
  operands: (node) => [0, 1].filter((i) => node.inputs[i] !== ""),
  output: "own",
  absorbsActivation: true,
  conditions: [
    "any batch axes, broadcasting, vectors too; a constant matrix on the right has one scale per column, everything else one scale",
    `two activations: sums of at most ${MAX_TERMS} products`,
  ],
  refuse(node, view) {
    if (isWeightMatrix(node, view)) return refuseMatrix(node, view);
    const terms = view.dims(node.inputs[0]!)?.at(-1);
    if (terms === undefined) return "the length of its sums is not known before the model runs";
    return terms > MAX_TERMS
      ? `each output sums ${terms} products; the accumulator holds at most ${MAX_TERMS}`
      : undefined;
  },
  lower(ctx) {
    if (isWeightMatrix(ctx.node, ctx)) lowerMatrix(ctx);
    else lowerProduct(ctx);
  },
};
