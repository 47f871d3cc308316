import { attr } from "../graph/attributes.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { scalarRequantize } from "../quantize/linear.ts";
import { accumulatorShift } from "../quantize/scale.ts";
import { everyOperand, firstOperand, type IntValue, type LowerContext, type OpRecord } from "./record.ts";
import { REDUCTION_CONDITIONS, type Reduction, reductionOf, whyNotReduced } from "./reduction.ts";

/** Sums below it are exact in float64, with a bit to spare. */
const LARGEST_SUM = powerOfTwo(52);

const largestOf = (x: IntValue): number => Math.max(-x.type.qmin, x.type.qmax);

/** A sum of terms |x|^power over axes. */
interface SumSpec {
  readonly op: "ReduceMean" | "ReduceSum" | "ReduceL1" | "ReduceSumSquare";
  readonly power: 1 | 2;
  /** What one unit of the sum stands for is divided by it. */
  readonly divisor: number;
}

/** Integer sum over the axes, requantized; a divisor is in the multiplier. */
export function lowerSum(ctx: LowerContext, { count, attrs }: Reduction, spec: SumSpec): void {
  const [x, y] = [ctx.operand(0), ctx.result()];
  const unit = (spec.power === 2 ? x.scale * x.scale : x.scale) / spec.divisor;
  const term = spec.power === 2 ? largestOf(x) * largestOf(x) : largestOf(x);
  const q1 = accumulatorShift(Math.min((count * term) / 2, ctx.largestOutput() / unit));
  ctx.emit(spec.op, [x.name, ...scalarRequantize(ctx, unit / y.scale, q1)], {
    ...attrs,
    q1: attr.int(q1),
    ...ctx.bounds(),
  });
}

/** Why sums of squares of so many integers would not be exact, or undefined. */
function tooMany(count: number, bits: 8 | 16): string | undefined {
  const most = LARGEST_SUM / (bits === 8 ? powerOfTwo(16) : powerOfTwo(32));
  return count > most ? `it adds up ${count} squares, more than the ${most} whose sum is exact` : undefined;
}

function sumRecord(spec: Pick<SumSpec, "op" | "power">, nonNegative: OpRecord["nonNegative"]): OpRecord {
  const isSquare = spec.power === 2;
  return {
    operands: firstOperand,
    output: "own",
    conditions: isSquare
      ? [...REDUCTION_CONDITIONS, "at most 2^36 (8 bit) or 2^20 (16 bit) elements become one"]
      : REDUCTION_CONDITIONS,
    absorbsActivation: true,
    ...(nonNegative && { nonNegative }),
    refuse(node, view) {
      const why = whyNotReduced(node, view);
      if (why !== undefined || !isSquare) return why;
      return tooMany(reductionOf(node, view).count, view.bits);
    },
    lower(ctx) {
      const reduction = reductionOf(ctx.node, ctx);
      const divisor = spec.op === "ReduceMean" ? reduction.count : 1;
      lowerSum(ctx, reduction, { ...spec, divisor });
    },
  };
}

export const reduceMean = sumRecord({ op: "ReduceMean", power: 1 }, everyOperand);
export const reduceSum = sumRecord({ op: "ReduceSum", power: 1 }, everyOperand);
export const reduceL1 = sumRecord({ op: "ReduceL1", power: 1 }, () => true);
export const reduceSumSquare = sumRecord({ op: "ReduceSumSquare", power: 2 }, () => true);

/** The mean over all axes from 2 on. */
export const globalAveragePool: OpRecord = {
  operands: firstOperand,
  output: "own",
  absorbsActivation: true,
  nonNegative: everyOperand,
  refuse: (node, view) =>
    view.dims(node.inputs[0]!) ? undefined : "its shape is not known before the model runs",
  lower(ctx) {
    const dims = ctx.dims(ctx.node.inputs[0]!)!;
    const axes = dims.map((_, axis) => axis).slice(2);
    const count = axes.reduce((product, axis) => product * dims[axis]!, 1);
    const attrs = { axes: attr.ints(axes), keepdims: attr.int(1) };
    lowerSum(ctx, { axes, count, attrs }, { op: "ReduceMean", power: 1, divisor: count });
  },
};

/** Bits of √(Σ x²) behind the point: as many as keep the radicand below 2^52, and no more than help. */
function rootGrid(largestSum: number): number {
  let grid = 12;
  while (grid > 0 && largestSum * powerOfTwo(2 * grid) >= LARGEST_SUM) grid--;
  return grid;
}

/** The root of an integer sum of squares, floored to a grid of 2^-grid steps of x. */
export const reduceL2: OpRecord = {
  operands: firstOperand,
  output: "own",
  conditions: [...REDUCTION_CONDITIONS, "at most 2^36 (8 bit) or 2^20 (16 bit) elements become one"],
  absorbsActivation: true,
  nonNegative: () => true,
  refuse: (node, view) => whyNotReduced(node, view) ?? tooMany(reductionOf(node, view).count, view.bits),
  lower(ctx) {
    const [x, y] = [ctx.operand(0), ctx.result()];
    const { count, attrs } = reductionOf(ctx.node, ctx);
    const grid = rootGrid(count * largestOf(x) * largestOf(x));
    const factor = (x.scale * powerOfTwo(-grid)) / y.scale;
    ctx.emit("ReduceL2", [x.name, ...scalarRequantize(ctx, factor)], {
      ...attrs,
      grid: attr.int(grid),
      ...ctx.bounds(),
    });
  },
};
