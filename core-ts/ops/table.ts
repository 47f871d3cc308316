import { attr, floatAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import type { UnaryFunction } from "../kernels/kernels.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { offsetOf } from "../quantize/linear.ts";
import type { IntType } from "../quantize/scale.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import { type Attributes, firstOperand, type LowerContext, type OpRecord } from "./record.ts";

/** Integers as a tensor of an integer type. */
export function integerTensor(type: IntType, dims: readonly number[], values: ArrayLike<number>): Tensor {
  switch (type.dtype) {
    case "int8":
      return tensor("int8", dims, Int8Array.from(values));
    case "uint8":
      return tensor("uint8", dims, Uint8Array.from(values));
    case "int16":
      return tensor("int16", dims, Int16Array.from(values));
    case "uint16":
      return tensor("uint16", dims, Uint16Array.from(values));
  }
}

interface Parameters {
  readonly alpha: number;
  readonly beta: number;
}

/** Writes y = fn(x) as a table: 256 entries at 8 bit, 2^L + 1 with interpolation at 16 bit. */
export function lowerTable(ctx: LowerContext, fn: UnaryFunction, parameters: Parameters): void {
  const [x, y] = [ctx.operand(0), ctx.result()];
  const wide = x.type.bits === 16;
  const step = wide ? powerOfTwo(16 - ctx.lutLength) : 1;
  const count = wide ? powerOfTwo(ctx.lutLength) + 1 : 256;
  const grid = { scaleIn: x.scale, first: x.type.qmin, step, count, scaleOut: y.scale };
  const entries = ctx.kernels.buildTable({ fn, ...parameters, ...grid, ...ctx.range() });
  const table = ctx.constantTensor("table", integerTensor(y.type, [count], entries));
  const fraction: Attributes = wide ? { frac_bits: attr.int(16 - ctx.lutLength) } : {};
  ctx.emit(wide ? "Lut16" : "Lut8", [x.name, table], { x_offset: offsetOf(x), ...fraction });
}

function unary(
  fn: UnaryFunction,
  nonNegative: boolean,
  parameters: (node: Node) => Parameters = () => ({ alpha: 0, beta: 0 }),
): OpRecord {
  return {
    operands: firstOperand,
    output: "own",
    absorbsActivation: true,
    nonNegative: () => nonNegative,
    lower: (ctx) => lowerTable(ctx, fn, parameters(ctx.node)),
  };
}

export const sigmoid = unary("sigmoid", true);
export const tanh = unary("tanh", false);
export const hardSwish = unary("hard_swish", false);
export const hardSigmoid = unary("hard_sigmoid", true, (node) => ({
  alpha: floatAttr(node, "alpha", 0.2),
  beta: floatAttr(node, "beta", 0.5),
}));
