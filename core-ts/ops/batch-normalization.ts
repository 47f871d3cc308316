import { floatAttr } from "../graph/attributes.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { chooseMultipliers, clamp, roundHalfEven } from "../quantize/scale.ts";
import { tensor, toNumbers } from "../tensor/tensor.ts";
import { firstOperand, type LowerContext, notConstant, type OpRecord } from "./record.ts";

/** Far beyond any output (2^15 steps at shift 31), and exact in float64 with the product added. */
const LARGEST_BIAS = powerOfTwo(50);

/** scale = γ/√(var+ε) and offset = β - mean·scale of each channel. */
function affine(ctx: LowerContext): { scale: number[]; offset: number[] } {
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) =>
    toNumbers(ctx.constant(ctx.node.inputs[i]!)!),
  );
  const epsilon = floatAttr(ctx.node, "epsilon", 1e-5);
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
    const { scale, offset } = affine(ctx);
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
