import type { BitWidth } from "../chips/index.ts";
import { FLOAT32_INTEGERS } from "../fixed/functions/conv.ts";
import { intAttr } from "../graph/attributes.ts";
import type { Attribute, Node } from "../graph/graph.ts";
import { lowerLinear } from "../quantize/linear.ts";
import { channelLayout } from "../quantize/weights.ts";
import { firstOperand, notConstant, type OpRecord, type PlanView } from "./record.ts";

/** Terms of one sum: at 8 bit int32 must hold 255·127·K and a bias, at 16 bit the low-byte products 255²·K. */
export const MAX_TERMS = 32768;

/** The float node's attributes of these names; passes have made them all explicit. */
export function copied(node: Node, names: readonly string[]): Record<string, Attribute> {
  const out: Record<string, Attribute> = {};
  for (const name of names) {
    const found = node.attrs.get(name);
    if (found) out[name] = found;
  }
  return out;
}

export const WINDOW = ["kernel_shape", "strides", "pads", "dilations"];

/** Why a node with a weight (input 1) and an optional bias (input 2) can't be integer. */
export function refuseWeights(node: Node, view: PlanView): string | undefined {
  if (view.constant(node.inputs[1]!)?.dtype !== "float32") return notConstant(node, 1, "weight");
  if (node.inputs[2] && view.constant(node.inputs[2])?.dtype !== "float32")
    return notConstant(node, 2, "bias");
  return undefined;
}

function refuseConv(node: Node, view: PlanView): string | undefined {
  const refused = refuseWeights(node, view);
  if (refused) return refused;
  const [, perGroup, ...kernel] = view.constant(node.inputs[1]!)!.dims;
  if (kernel.length !== 1 && kernel.length !== 2)
    return `${kernel.length}-D convolution is not supported, only 1-D and 2-D`;
  const terms = kernel.reduce((product, k) => product * k, perGroup!);
  return terms > MAX_TERMS
    ? `each output sums ${terms} products; the accumulator holds at most ${MAX_TERMS}`
    : undefined;
}

/** Conv with short sums has a form of its own, whose products are exact in float32: at 8 bit those of x and w, at 16 bit those of their bytes. */
function fixedOp(bits: BitWidth, largestSum: number, terms: number): string {
  const largest = bits === 8 ? largestSum : terms * 255 * 255;
  return `${largest < FLOAT32_INTEGERS ? "ShortConv" : "Conv"}${bits}`;
}

/** y = requantize(Σ x·w + bias), one weight scale per output channel (axis 0 of w). */
export const conv: OpRecord = {
  operands: firstOperand,
  output: "own",
  absorbsActivation: true,
  refuse: refuseConv,
  lower(ctx) {
    const weight = ctx.constant(ctx.node.inputs[1]!)!;
    const layout = channelLayout("Conv", weight.dims, 1);
    const x = ctx.operand(0);
    const bias = ctx.node.inputs[2] ? ctx.constant(ctx.node.inputs[2]) : undefined;
    const linear = lowerLinear(
      { x, y: ctx.result(), weight, weightName: ctx.node.inputs[1]!, bias, layout },
      ctx,
    );
    const attrs = {
      ...copied(ctx.node, WINDOW),
      group: { kind: "int", value: intAttr(ctx.node, "group", 1) } as const,
    };
    ctx.emit(fixedOp(ctx.plan.bits, linear.largestSum, layout.inner), [x.name, ...linear.inputs], {
      ...attrs,
      ...linear.attrs,
    });
  },
};
