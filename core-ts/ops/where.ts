import { aligned } from "./aligned.ts";
import type { OpRecord } from "./record.ts";

/**
 * Chooses between two values on the result's scale. The condition is a truth value and no operand: it passes by name, whatever computes it (a
 * comparison of integers, a float op, an input of the model), or is a constant.
 */
export const where: OpRecord = {
  operands: () => [1, 2],
  output: "own",
  joins: "values",
  absorbsActivation: false,
  nonNegative: (_node, _view, operands) => operands.every(Boolean),
  lower(ctx) {
    const result = ctx.result();
    const name = ctx.node.inputs[0]!;
    const constant = ctx.constant(name);
    const condition = constant ? ctx.constantTensor("condition", constant) : name;
    ctx.emit("Where", [condition, aligned(ctx, 1, result), aligned(ctx, 2, result)], {});
  },
};
