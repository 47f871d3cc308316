import { intAttr } from "../graph/attributes.ts";
import type { Graph, Node } from "../graph/graph.ts";
import { type IntDType, type IntType, intType } from "../quantize/scale.ts";
import { toNumbers } from "../tensor/tensor.ts";
import type { Grid } from "./known.ts";

/** The integers a pair may hold. */
const TYPES: Readonly<Partial<Record<string, IntType>>> = {
  int8: intType(8, true),
  uint8: intType(8, false),
  int16: intType(16, true),
  uint16: intType(16, false),
} satisfies Record<IntDType, IntType>;

/**
 * The grid of a QuantizeLinear or DequantizeLinear; undefined when it is computed at run time or of another type. Of a scale per channel the
 * largest counts, of several zero points the outermost: the range is wider then.
 */
export function gridOf(node: Node, graph: Graph): Grid | undefined {
  const scales = graph.initializers.get(node.inputs[1] ?? "");
  const zeros = graph.initializers.get(node.inputs[2] ?? "");
  if (scales?.dtype !== "float32" || (node.inputs[2] && !zeros)) return undefined;
  if (!zeros && intAttr(node, "output_dtype", 0) !== 0) return undefined;
  const type = TYPES[zeros?.dtype ?? "uint8"];
  if (!type || !scales.data.every((scale) => scale > 0)) return undefined;
  const points = zeros ? toNumbers(zeros) : [0];
  return {
    scale: scales.data.reduce((most, scale) => Math.max(most, scale), 0),
    low: type.qmin - points.reduce((most, zero) => Math.max(most, zero)),
    high: type.qmax - points.reduce((least, zero) => Math.min(least, zero)),
  };
}

const reach = (grid: Grid): number => grid.scale * Math.max(grid.high, -grid.low);

/** The grid that reaches further of two of one value. */
export function wider(a: Grid | undefined, b: Grid): Grid {
  return a && reach(a) >= reach(b) ? a : b;
}
