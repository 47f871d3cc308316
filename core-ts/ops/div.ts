import { attr } from "../graph/attributes.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { scalarRequantize } from "../quantize/linear.ts";
import { roundHalfEven } from "../quantize/scale.ts";
import { tensor, toNumbers } from "../tensor/tensor.ts";
import { allOperands, everyOperand, type LowerContext, type OpRecord } from "./record.ts";

/** floor(log2 v) of a byte; 0 for 0. */
const BYTE_BITS = Int8Array.from({ length: 256 }, (_, v) => (v === 0 ? 0 : 31 - Math.clz32(v)));

/** T[i] = round(2^30 / (32768 + i·2^(15-L))): reciprocals of the normalised divisor. */
function reciprocalTable(length: number): Uint16Array {
  return Uint16Array.from({ length: powerOfTwo(length) + 1 }, (_, i) =>
    roundHalfEven(powerOfTwo(30) / (32768 + i * powerOfTwo(15 - length))),
  );
}

/** Division by a constant is a multiplication by its reciprocals. */
function lowerByConstant(ctx: LowerContext, divisor: readonly number[], dims: readonly number[]): void {
  const [a, y] = [ctx.operand(0), ctx.result()];
  const b = ctx.quantizedConstant(
    "reciprocal",
    Float32Array.from(divisor, (d) => 1 / d),
    dims,
  );
  ctx.emit("Mul", [a.name, b.name, ...scalarRequantize(ctx, (a.scale * b.scale) / y.scale)], ctx.bounds());
}

function lowerByTensor(ctx: LowerContext): void {
  const [a, b, y] = [ctx.operand(0), ctx.operand(1), ctx.result()];
  const length = ctx.lutLength;
  const table = ctx.constantTensor(
    "reciprocal",
    tensor("uint16", [powerOfTwo(length) + 1], reciprocalTable(length)),
  );
  const bits = ctx.constantTensor("bits", tensor("int8", [256], BYTE_BITS));
  const requantize = scalarRequantize(ctx, a.scale / (b.scale * y.scale));
  ctx.emit("Div", [a.name, b.name, table, bits, ...requantize], {
    table_bits: attr.int(length),
    ...ctx.bounds(),
  });
}

/** a / b; a divisor that rounds to 0 counts as the smallest step (docs/fixed-ops.md, Div). */
export const div: OpRecord = {
  operands: allOperands,
  output: "own",
  absorbsActivation: true,
  nonNegative: everyOperand,
  refuse(node, view) {
    const divisor = view.constant(node.inputs[1]!);
    return divisor && toNumbers(divisor).includes(0)
      ? `its constant divisor "${node.inputs[1]}" contains 0`
      : undefined;
  },
  lower(ctx) {
    const divisor = ctx.constant(ctx.node.inputs[1]!);
    if (divisor) lowerByConstant(ctx, toNumbers(divisor), divisor.dims);
    else lowerByTensor(ctx);
  },
};
