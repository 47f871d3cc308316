import { shrink, thresholdedRelu } from "./dead-zone.ts";
import type { OpRecord } from "./record.ts";
import { notConstant } from "./record.ts";
import { roundingOp } from "./rounding.ts";
import { tableOp } from "./table.ts";
import { scalarOf } from "./unary-calls.ts";

/** x^c. At 0 a negative power saturates; a power that is not whole takes its value at 0 for negative x. */
const pow: OpRecord = {
  ...tableOp("Pow"),
  conditions: ["the exponent is one constant number"],
  nonNegative(node, view) {
    const exponent = scalarOf(view.constant(node.inputs[1]!)) ?? 1;
    return !Number.isInteger(exponent) || exponent % 2 === 0;
  },
  refuse(node, view) {
    const exponent = view.constant(node.inputs[1]!);
    if (!exponent) return notConstant(node, 1, "exponent");
    return scalarOf(exponent) === undefined
      ? `its exponent "${node.inputs[1]}" holds ${exponent.dims.join("×")} numbers; only one number for all elements is supported`
      : undefined;
  },
};

/** Ops on one number that become a table. */
export const UNARY = {
  Abs: { ...tableOp("Abs"), neighbours: "unmixed" },
  Acos: tableOp("Acos"),
  Acosh: tableOp("Acosh"),
  Asin: tableOp("Asin"),
  Asinh: tableOp("Asinh"),
  Atan: tableOp("Atan"),
  Atanh: tableOp("Atanh"),
  Ceil: roundingOp("Ceil"),
  Celu: tableOp("Celu"),
  Cos: tableOp("Cos"),
  Cosh: tableOp("Cosh"),
  Elu: tableOp("Elu"),
  Erf: tableOp("Erf"),
  Exp: tableOp("Exp"),
  Floor: roundingOp("Floor"),
  Gelu: tableOp("Gelu"),
  HardSigmoid: tableOp("HardSigmoid"),
  HardSwish: tableOp("HardSwish"),
  Log: tableOp("Log"),
  Mish: tableOp("Mish"),
  Neg: tableOp("Neg"),
  Pow: pow,
  Reciprocal: tableOp("Reciprocal"),
  Round: roundingOp("Round"),
  Selu: tableOp("Selu"),
  Shrink: shrink,
  Sigmoid: tableOp("Sigmoid"),
  Sign: tableOp("Sign"),
  Sin: tableOp("Sin"),
  Sinh: tableOp("Sinh"),
  Softplus: tableOp("Softplus"),
  Softsign: tableOp("Softsign"),
  Sqrt: tableOp("Sqrt"),
  Tan: tableOp("Tan"),
  Tanh: tableOp("Tanh"),
  ThresholdedRelu: thresholdedRelu,
} as const satisfies Record<string, OpRecord>;
