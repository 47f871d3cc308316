import { chooseMultipliers } from "../quantize/scale.ts";
import { tensor } from "../tensor/tensor.ts";
import { allOperands, everyOperand, type OpRecord } from "./record.ts";

/** y = sat((a·ma ± b·mb + 2^(q-1)) >> q), one q for both, as the integer op `op`; `share` is how much of each operand counts. */
function sum(op: "Add" | "Sub", share = 1, conditions?: readonly string[]): OpRecord {
  return {
    operands: allOperands,
    output: "own",
    joins: "sums",
    ...(conditions && { conditions }),
    absorbsActivation: true,
    nonNegative: op === "Add" ? everyOperand : () => false,
    lower(ctx) {
      const [a, b, y] = [ctx.operand(0), ctx.operand(1), ctx.result()];
      const { m, shift } = chooseMultipliers(
        [share * (a.scale / y.scale), share * (b.scale / y.scale)],
        ctx.node.name,
      );
      const multiplier = ctx.constantTensor("multiplier", tensor("int16", [2], Int16Array.from(m)));
      const shifts = ctx.constantTensor("shift", tensor("int8", [1], Int8Array.of(shift)));
      ctx.emit(op, [a.name, b.name, multiplier, shifts], ctx.bounds());
    },
  };
}

export const add = sum("Add");
export const sub = sum("Sub");
/** ONNX Sum and Mean of two values; the pass split-variadic makes pairs of longer lists. */
export const sumOfTwo = sum("Add", 1, ["more than two inputs become a chain of Add"]);
export const meanOfTwo = sum("Add", 0.5, ["more than two inputs become a chain of Add and a Mul"]);
