import { attr, intAttr, intsAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { lowerLinear } from "../quantize/linear.ts";
import { channelLayout } from "../quantize/weights.ts";
import { copied, MAX_TERMS, refuseWeights, WINDOW } from "./conv.ts";
import { firstOperand, type OpRecord, type PlanView } from "./record.ts";

function refuse(node: Node, view: PlanView): string | undefined {
  const refused = refuseWeights(node, view);
  if (refused) return refused;
  const [inputs, , ...kernel] = view.constant(node.inputs[1]!)!.dims;
  if (kernel.length !== 1 && kernel.length !== 2)
    return `${kernel.length}-D transposed convolution is not supported, only 1-D and 2-D`;
  const terms = kernel.reduce((product, k) => product * k, inputs! / intAttr(node, "group", 1));
  if (terms > MAX_TERMS)
    return `each output sums up to ${terms} products; the accumulator holds at most ${MAX_TERMS}`;
  return node.attrs.has("output_shape")
    ? "output_shape is not supported; export the model with pads and output_padding"
    : undefined;
}

/** Pads of the equivalent stride-1 Conv over the zero-stuffed input (docs/fixed-ops.md, conv_pads). */
function convPads(node: Node, kernel: readonly number[]): number[] {
  const zeros = kernel.map(() => 0);
  const pads = intsAttr(node, "pads", [...zeros, ...zeros]);
  const dilations = intsAttr(
    node,
    "dilations",
    kernel.map(() => 1),
  );
  const extra = intsAttr(node, "output_padding", zeros);
  const reach = kernel.map((k, i) => dilations[i]! * (k - 1));
  return [
    ...reach.map((r, i) => r - pads[i]!),
    ...reach.map((r, i) => r - pads[kernel.length + i]! + extra[i]!),
  ];
}

/** ConvTranspose with one weight scale per output channel; weights [C, M/g, k...], so the channel axis is 1 within each group. */
export const convTranspose: OpRecord = {
  operands: firstOperand,
  output: "own",
  absorbsActivation: true,
  refuse,
  lower(ctx) {
    const { node } = ctx;
    const weight = ctx.constant(node.inputs[1]!)!;
    const kernel = weight.dims.slice(2);
    const group = intAttr(node, "group", 1);
    const layout = channelLayout("ConvTranspose", weight.dims, group);
    const x = ctx.operand(0);
    const bias = node.inputs[2] ? ctx.constant(node.inputs[2]) : undefined;
    const linear = lowerLinear(
      { x, y: ctx.result(), weight, weightName: node.inputs[1]!, bias, layout },
      ctx,
    );
    ctx.emit(ctx.plan.bits === 8 ? "ConvTranspose8" : "ConvTranspose16", [x.name, ...linear.inputs], {
      ...copied(node, WINDOW),
      group: attr.int(group),
      output_padding: attr.ints(
        intsAttr(
          node,
          "output_padding",
          kernel.map(() => 0),
        ),
      ),
      conv_pads: attr.ints(convPads(node, kernel)),
      ...linear.attrs,
    });
  },
};
