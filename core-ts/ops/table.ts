import { bodyOf } from "../graph/pointwise.ts";
import { offsetOf } from "../quantize/linear.ts";
import { type IntType, quantizeValue } from "../quantize/scale.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import { bodyFunction, callFunction, type RealFunction } from "./real-function.ts";
import { type Attributes, firstOperand, type IntValue, type LowerContext, type OpRecord } from "./record.ts";
import { evenGrid, interpolationError, octaveGrid, type TableError, type TableGrid } from "./table-grid.ts";
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

interface TableForm {
  readonly x: IntValue;
  readonly y: IntValue;
  readonly qmin: number;
  readonly qmax: number;
}

/** Correctly rounded values at integer inputs, saturated; what is no number is 0. */
function entriesAt(inputs: readonly number[], fn: RealFunction, { x, y, qmin, qmax }: TableForm): number[] {
  const reals = fn(Float64Array.from(inputs, (input) => input * x.scale));
  return Array.from(reals, (real) => quantizeValue(Number.isNaN(real) ? 0 : real, y.scale, { qmin, qmax }));
}

/** Above this many steps a 16-bit result is no better than an 8-bit one, whose rounding is off by half a step of 256. */
const COARSE_ERROR = 128;
/** Up to here a 16-bit table is as good as any: the grid of octaves, which takes a normalising shift, has to win something. */
const FINE_ERROR = 4;

function warnIfCoarse(ctx: LowerContext, error: TableError): void {
  if (error.steps <= COARSE_ERROR) return;
  const remedy = ctx.lutLength < 12 ? " A longer table may help (--lut-len 12)." : "";
  ctx.warn(
    `near x = ${error.at.toPrecision(3)} its 16-bit table is off by ${Math.round(error.steps)} steps of 1/32768, more than an 8-bit table would be: ` +
      `the function is too steep there.${remedy}`,
  );
}

interface Table {
  readonly grid: TableGrid;
  readonly entries: readonly number[];
  readonly error: TableError;
}

/** The table of even cells, or that of octaves where the function is too steep near 0 for the first and the second is better. */
function wideTable(ctx: LowerContext, fn: RealFunction, x: IntValue): Table {
  const form = { x, y: ctx.result(), ...ctx.range() };
  const filled = (grid: TableGrid): Table => {
    const entries = entriesAt(grid.inputs, fn, form);
    return { grid, entries, error: interpolationError(grid, entries, fn, form) };
  };
  const even = filled(evenGrid(x, ctx.lutLength));
  if (even.error.steps <= FINE_ERROR) return even;
  const octaves = filled(octaveGrid(x, ctx.lutLength));
  return octaves.error.steps < even.error.steps / 4 ? octaves : even;
}

/** Writes y = fn(x) as a table: 256 entries at 8 bit, about 2^L with interpolation at 16 bit. */
export function lowerTable(ctx: LowerContext, fn: RealFunction): void {
  const [x, y] = [ctx.operand(0), ctx.result()];
  const write = (op: string, entries: readonly number[], attrs: Attributes) => {
    const table = ctx.constantTensor("table", integerTensor(y.type, [entries.length], entries));
    ctx.emit(op, [x.name, table], { x_offset: offsetOf(x), ...attrs });
  };
  if (x.type.bits === 8) {
    const inputs = Array.from({ length: 256 }, (_, i) => x.type.qmin + i);
    write("Lut8", entriesAt(inputs, fn, { x, y, ...ctx.range() }), {});
    return;
  }
  const { grid, entries, error } = wideTable(ctx, fn, x);
  warnIfCoarse(ctx, error);
  write(grid.op, entries, grid.attrs);
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
