import { attr } from "../graph/attributes.ts";
import { bodyOf } from "../graph/pointwise.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { offsetOf } from "../quantize/linear.ts";
import { clamp, type IntType, roundHalfEven } from "../quantize/scale.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import { bodyFunction, callFunction, type RealFunction } from "./real-function.ts";
import { type Attributes, firstOperand, type IntValue, type LowerContext, type OpRecord } from "./record.ts";
import { type UnaryOpName, unaryOp } from "./unary-calls.ts";

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

/** An entry: the correctly rounded value, saturated; what is no number is 0. */
function entry(real: number, scale: number, { qmin, qmax }: { qmin: number; qmax: number }): number {
  return Number.isNaN(real) ? 0 : clamp(roundHalfEven(clamp(real / scale, qmin - 1, qmax + 1)), qmin, qmax);
}

/** Above this many steps a 16-bit result is no better than an 8-bit one, whose rounding is off by half a step of 256. */
const COARSE_ERROR = 128;

/**
 * Steps by which interpolation between the entries is off at most, and where. Only the inner half of both grids counts: 16-bit thresholds are twice
 * the calibrated range. Three points a cell find the error of a smooth function, a kink and a step alike.
 */
function interpolationError(
  entries: readonly number[],
  fn: RealFunction,
  grid: { readonly x: IntValue; readonly y: IntValue; readonly step: number },
): { readonly steps: number; readonly at: number } {
  const { x, y, step } = grid;
  const parts = [0.25, 0.5, 0.75];
  const points = Float64Array.from(
    { length: (entries.length - 1) * parts.length },
    (_, k) => (x.type.qmin + (Math.floor(k / 3) + parts[k % 3]!) * step) * x.scale,
  );
  const exact = fn(points);
  let worst = { steps: 0, at: 0 };
  points.forEach((at, k) => {
    const real = exact[k]! / y.scale;
    const isInside = Math.abs(at) <= (x.type.qmax / 2) * x.scale && Math.abs(real) <= y.type.qmax / 2;
    const i = Math.floor(k / 3);
    const found = entries[i]! + (entries[i + 1]! - entries[i]!) * parts[k % 3]!;
    const steps = Math.abs(found - real);
    if (isInside && steps > worst.steps) worst = { steps, at };
  });
  return worst;
}

function warnIfCoarse(ctx: LowerContext, error: { readonly steps: number; readonly at: number }): void {
  if (error.steps <= COARSE_ERROR) return;
  const remedy = ctx.lutLength < 12 ? "a longer table helps (--lut-len 12), or" : "";
  ctx.warn(
    `near x = ${error.at.toPrecision(3)} its table of ${powerOfTwo(ctx.lutLength)} cells is off by ${Math.round(error.steps)} steps of 1/32768, more than ` +
      `8 bit would be: the function is too steep there; ${remedy} keep the layer's inputs away from there`,
  );
}

/** Writes y = fn(x) as a table: 256 entries at 8 bit, 2^L + 1 with interpolation at 16 bit. */
export function lowerTable(ctx: LowerContext, fn: RealFunction): void {
  const [x, y] = [ctx.operand(0), ctx.result()];
  const wide = x.type.bits === 16;
  const step = wide ? powerOfTwo(16 - ctx.lutLength) : 1;
  const count = wide ? powerOfTwo(ctx.lutLength) + 1 : 256;
  const knots = Float64Array.from({ length: count }, (_, i) => (x.type.qmin + i * step) * x.scale);
  const entries = Array.from(fn(knots), (real) => entry(real, y.scale, ctx.range()));
  if (wide && !ctx.plan.activation) warnIfCoarse(ctx, interpolationError(entries, fn, { x, y, step }));
  const table = ctx.constantTensor("table", integerTensor(y.type, [count], entries));
  const fraction: Attributes = wide ? { frac_bits: attr.int(16 - ctx.lutLength) } : {};
  ctx.emit(wide ? "Lut16" : "Lut8", [x.name, table], { x_offset: offsetOf(x), ...fraction });
}

/** The float64 function of a unary node. */
export function unaryFunction(ctx: LowerContext): RealFunction {
  return callFunction(unaryOp(ctx.node.op)!.call(ctx.node, ctx.constant)!, ctx.kernels);
}

/** An op of one operand as a table at both widths. */
export function tableOp(op: UnaryOpName): OpRecord {
  return {
    operands: firstOperand,
    output: "own",
    absorbsActivation: true,
    nonNegative: () => unaryOp(op)!.nonNegative === true,
    lower: (ctx) => lowerTable(ctx, unaryFunction(ctx)),
  };
}

/** Several ops on one value as one table (passes/fuse-tables.ts). */
export const pointwise: OpRecord = {
  operands: firstOperand,
  output: "own",
  absorbsActivation: true,
  nonNegative: (node) => unaryOp(bodyOf(node).nodes.at(-1)!.op)?.nonNegative === true,
  lower: (ctx) => lowerTable(ctx, bodyFunction(bodyOf(ctx.node), ctx.kernels)),
};
