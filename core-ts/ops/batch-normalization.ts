import { floatAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { chooseMultipliers, clamp, roundHalfEven } from "../quantize/scale.ts";
import { tensor, toNumbers } from "../tensor/tensor.ts";
import { firstOperand, notConstant, type OpRecord, type PlanView } from "./record.ts";

/** Far beyond any output (2^15 steps at shift 31), and exact in float64 with the product added. */
const LARGEST_BIAS = powerOfTwo(50);

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
  refuse(node, view) {
    const missing = [1, 2, 3, 4].find((i) => !view.constant(node.inputs[i]!));
    return missing === undefined ? undefined : notConstant(node, missing, "parameter");
  },
  lower(ctx) {
    const [x, y] = [ctx.operand(0), ctx.result()];
    const { scale, offset } = batchNormAffine(ctx.node, ctx.constant)!;
    const chosen = scale.map((s) => chooseMultipliers([(s * x.scale) / y.scale], ctx.node.name));
    const bias = offset.map((o, c) =>
      clamp(roundHalfEven((o / y.scale) * powerOfTwo(chosen[c]!.shift)), -LARGEST_BIAS, LARGEST_BIAS),
    );
    const channels = [scale.length];
    ctx.emit(
      "ScaleShift",
      [
        x.name,
        ctx.constantTensor(
          "multiplier",
          tensor(
            "int16",
            channels,
            Int16Array.from(chosen, ({ m }) => m[0]!),
          ),
        ),
        ctx.constantTensor("bias", tensor("int64", channels, BigInt64Array.from(bias, BigInt))),
        ctx.constantTensor(
          "shift",
          tensor(
            "int8",
            channels,
            Int8Array.from(chosen, ({ shift }) => shift),
          ),
        ),
      ],
      ctx.bounds(),
    );
  },
};
