import { attr, floatAttr, intAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { scalarRequantize } from "../quantize/linear.ts";
import { roundHalfEven } from "../quantize/scale.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import { firstOperand, type IntValue, type LowerContext, type OpRecord } from "./record.ts";

/** Steps of the table: the function is smooth in √v, and 4096 steps over the whole range leave 98 dB where v grows 400-fold. */
const TABLE_BITS = 12;
/** Grid of the table's entries. */
const ENTRY_BITS = 18;
const LARGEST = powerOfTwo(51);

interface Parameters {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

function parametersOf(node: Node): Parameters {
  return {
    size: intAttr(node, "size", 1),
    alpha: floatAttr(node, "alpha", 1e-4),
    beta: floatAttr(node, "beta", 0.75),
    bias: floatAttr(node, "bias", 1),
  };
}

/** How v = bias + alpha/size·Σx² is held: V = S·4^grid + offset, v = bias·V/offset. */
interface Grid {
  readonly gridBits: number;
  readonly offset: number;
  /** isqrt of the smallest V. */
  readonly base: number;
  readonly stepBits: number;
}

/** The finest grid on which V stays below 2^52, and the table's step that covers it. */
function gridOf({ size, alpha, bias }: Parameters, x: IntValue): Grid {
  const largestX = Math.max(-x.type.qmin, x.type.qmax);
  const largestSum = size * largestX * largestX;
  const wanted = (bias * size) / (alpha * x.scale * x.scale);
  let gridBits = 0;
  while (gridBits < 20 && (largestSum + wanted) * powerOfTwo(2 * gridBits + 2) <= LARGEST) gridBits++;
  const offset = Math.max(1, Math.min(LARGEST, roundHalfEven(wanted * powerOfTwo(2 * gridBits))));
  const base = Math.floor(Math.sqrt(offset));
  const reach = Math.floor(Math.sqrt(largestSum * powerOfTwo(2 * gridBits) + offset)) - base;
  let stepBits = 0;
  while (powerOfTwo(TABLE_BITS + stepBits) <= reach) stepBits++;
  return { gridBits, offset, base, stepBits };
}

/** T[i] = round(2^18·(w/w0)^(-2·beta)) at w = base + i·2^stepBits, w0 = √offset. */
function table(ctx: LowerContext, grid: Grid, beta: number): Tensor {
  const first = Math.sqrt(grid.offset);
  const roots = Float64Array.from({ length: powerOfTwo(TABLE_BITS) + 1 }, (_, i) =>
    Math.max(1, (grid.base + i * powerOfTwo(grid.stepBits)) / first),
  );
  const powers = ctx.kernels.evaluate("power", roots, -2 * beta, 0);
  const entries = Int32Array.from(powers, (p) => roundHalfEven(p * powerOfTwo(ENTRY_BITS)));
  return tensor("int32", [entries.length], entries);
}

/** x·(bias + alpha/size·Σx²)^(-beta): window sums are exact integers, the power a table over their root. */
export const lrn: OpRecord = {
  operands: firstOperand,
  output: "own",
  absorbsActivation: true,
  nonNegative: (_node, _view, operands) => operands.every(Boolean),
  conditions: ["bias, alpha and beta are above 0"],
  refuse(node, view) {
    const { bias, alpha, beta } = parametersOf(node);
    if (!(bias > 0 && alpha > 0 && beta > 0))
      return `its bias, alpha and beta are ${bias}, ${alpha} and ${beta}; the integer form is for numbers above 0`;
    return view.dims(node.inputs[0]!) ? undefined : "its shape is not known before the model runs";
  },
  lower(ctx) {
    const [x, y] = [ctx.operand(0), ctx.result()];
    const parameters = parametersOf(ctx.node);
    const grid = gridOf(parameters, x);
    const [gain] = ctx.kernels.evaluate("power", Float64Array.of(parameters.bias), -parameters.beta, 0);
    const factor = (x.scale * gain! * powerOfTwo(-ENTRY_BITS)) / y.scale;
    const inputs = [x.name, ctx.constantTensor("table", table(ctx, grid, parameters.beta))];
    ctx.emit("LRN", [...inputs, ...scalarRequantize(ctx, factor)], {
      size: attr.int(parameters.size),
      grid_bits: attr.int(grid.gridBits),
      offset: attr.int(grid.offset),
      base: attr.int(grid.base),
      step_bits: attr.int(grid.stepBits),
      ...ctx.bounds(),
    });
  },
};
