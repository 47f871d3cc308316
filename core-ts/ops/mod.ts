import { HardwareRangeError } from "../errors.ts";
import { attr, intAttr } from "../graph/attributes.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { scalarRequantize } from "../quantize/linear.ts";
import { clamp, roundHalfEven } from "../quantize/scale.ts";
import { tensor, toNumbers } from "../tensor/tensor.ts";
import { everyOperand, firstOperand, notConstant, type OpRecord } from "./record.ts";

/** Steps in which the rest is held before it is requantized, as a power of two. */
const REST_BITS = 20;
const LARGEST_INCREMENT = powerOfTwo(31) - 1;
const LONGEST_PERIOD = 62;

/** One step of x as a share of the divisor: increment / 2^period, as fine as int32 holds it. */
function phase(step: number, node: string): { increment: number; period: number } {
  for (let period = LONGEST_PERIOD; period >= 0; period--) {
    const increment = roundHalfEven(step * powerOfTwo(period));
    if (increment <= LARGEST_INCREMENT) return { increment, period };
  }
  throw new HardwareRangeError(
    `node "${node}" has a divisor ${step.toExponential(1)} times smaller than one step of its input, so nothing of the rest is left; scale its input in the model, or keep the node float`,
    { node },
  );
}

/** The rest of a division by a constant, with the sign of the dividend (docs/fixed-ops.md, Mod). */
export const mod: OpRecord = {
  operands: firstOperand,
  output: "own",
  conditions: ["fmod = 1 (ONNX has no other form for float)", "the divisor is one constant other than 0"],
  absorbsActivation: true,
  nonNegative: everyOperand,
  refuse(node, view) {
    const divisor = view.constant(node.inputs[1]!);
    if (!divisor) return notConstant(node, 1, "divisor");
    if (intAttr(node, "fmod", 0) !== 1) return "fmod = 0 is defined for integers only";
    const values = toNumbers(divisor);
    if (values.length !== 1) return `its divisor "${node.inputs[1]}" has several elements`;
    if (values[0] === 0 || !Number.isFinite(values[0]!)) return `its constant divisor is ${values[0]}`;
    return divisor.dims.length > (view.dims(node.inputs[0]!)?.length ?? 0)
      ? "its divisor has more axes than its input"
      : undefined;
  },
  lower(ctx) {
    const [x, y] = [ctx.operand(0), ctx.result()];
    const divisor = Math.abs(toNumbers(ctx.constant(ctx.node.inputs[1]!)!)[0]!);
    const { increment, period } = phase(x.scale / divisor, ctx.node.name);
    const q1 = clamp(Math.min(period, 46) - REST_BITS, 0, 31);
    const increments = ctx.constantTensor("increment", tensor("int32", [1], Int32Array.of(increment)));
    const factor = (divisor * powerOfTwo(-period)) / y.scale;
    ctx.emit("Mod", [x.name, increments, ...scalarRequantize(ctx, factor, q1)], {
      period: attr.int(period),
      q1: attr.int(q1),
      ...ctx.bounds(),
    });
  },
};
