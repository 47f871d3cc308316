import { floatAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { toNumbers } from "../tensor/tensor.ts";
import { affineParameters } from "./normalization.ts";
import { firstOperand, notConstant, type OpRecord, type PlanView } from "./record.ts";

/** Per channel: y = x·scale + offset. */
export interface ChannelAffine {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

/** scale = γ/√(var+ε) and offset = β - mean·scale of each channel; undefined when a parameter is computed at run time. */
export function batchNormAffine(node: Node, constant: PlanView["constant"]): ChannelAffine | undefined {
  const parameters = [1, 2, 3, 4].map((i) => constant(node.inputs[i]!));
  if (!parameters.every((t) => t !== undefined)) return undefined;
  const [gamma, beta, mean, variance] = parameters.map(toNumbers);
  const epsilon = floatAttr(node, "epsilon", 1e-5);
  const scale = gamma!.map((g, c) => g / Math.sqrt(variance![c]! + epsilon));
  return { scale, offset: beta!.map((b, c) => b - mean![c]! * scale[c]!) };
}

/** A BatchNormalization that no weights could take in: y = sat((x·m[c] + b[c] + 2^(q-1)) >> q), one shift per channel. */
export const batchNormalization: OpRecord = {
  operands: firstOperand,
  output: "own",
  absorbsActivation: true,
  conditions: ["scale, bias, mean and variance are constant"],
  refuse(node, view) {
    const missing = [1, 2, 3, 4].find((i) => !view.constant(node.inputs[i]!));
    return missing === undefined ? undefined : notConstant(node, missing, "parameter");
  },
  lower(ctx) {
    const x = ctx.operand(0);
    const affine = batchNormAffine(ctx.node, ctx.constant)!;
    const parameters = affineParameters(ctx, x.scale, { ...affine, dims: [affine.scale.length] });
    ctx.emit("ScaleShift", [x.name, ...parameters], ctx.bounds());
  },
};
