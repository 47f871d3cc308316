import { intAttr, intsAttr } from "../../graph/attributes.ts";
import type { Dim, Node } from "../../graph/graph.ts";
import { type Tensor, toNumbers } from "../../tensor/tensor.ts";

/**
 * As much shape inference as the rewrites of old ops need: the rank of a value, and dimensions where they come for free. True shapes
 * come later, by running the model. Ops that are not listed give undefined, which costs a rewrite its simple form and nothing else.
 */
export interface KnownShapes {
  dims(value: string): readonly Dim[] | undefined;
  constant(value: string): Tensor | undefined;
}

type Dims = readonly Dim[] | undefined;
type Rule = (node: Node, known: KnownShapes) => Dims;

const ofRank = (rank: number | undefined): Dims =>
  rank === undefined || rank < 0 ? undefined : new Array<null>(rank).fill(null);

const input = (node: Node, known: KnownShapes, i: number): Dims => {
  const name = node.inputs[i];
  return name ? known.dims(name) : undefined;
};

/** Number of elements of a 1-D value (a shape, axes). */
function lengthOf(node: Node, known: KnownShapes, i: number): number | undefined {
  const length = input(node, known, i)?.[0];
  return typeof length === "number" ? length : undefined;
}

const sameShape: Rule = (node, known) => input(node, known, 0);
const sameRank: Rule = (node, known) => ofRank(input(node, known, 0)?.length);
const matrix: Rule = () => ofRank(2);

const broadcast: Rule = (node, known) => {
  const ranks = node.inputs.map((name) => known.dims(name)?.length);
  return ofRank(ranks.reduce((a, b) => (a === undefined || b === undefined ? undefined : Math.max(a, b)), 0));
};

const transpose: Rule = (node, known) => {
  const dims = input(node, known, 0);
  const order = intsAttr(node, "perm", undefined);
  return dims && (order ? order.map((axis) => dims[axis] ?? null) : [...dims].reverse());
};

/** 0 (copied) and -1 (inferred) are left open. */
const reshape: Rule = (node, known) => {
  const shape = known.constant(node.inputs[1] ?? "");
  if (shape?.dtype === "int64") return toNumbers(shape).map((dim) => (dim > 0 ? dim : null));
  return ofRank(lengthOf(node, known, 1));
};

const expand: Rule = (node, known) => {
  const [rank, length] = [input(node, known, 0)?.length, lengthOf(node, known, 1)];
  return rank === undefined || length === undefined ? undefined : ofRank(Math.max(rank, length));
};

const matmul: Rule = (node, known) => {
  const [a, b] = [input(node, known, 0)?.length, input(node, known, 1)?.length];
  if (a === undefined || b === undefined) return undefined;
  return ofRank(Math.max(a, b, 2) - (a === 1 ? 1 : 0) - (b === 1 ? 1 : 0));
};

const squeeze: Rule = (node, known) => {
  const [rank, count] = [input(node, known, 0)?.length, lengthOf(node, known, 1)];
  return rank === undefined || count === undefined ? undefined : ofRank(rank - count);
};

const unsqueeze: Rule = (node, known) => {
  const [rank, count] = [input(node, known, 0)?.length, lengthOf(node, known, 1)];
  if (rank === undefined || count === undefined) return undefined;
  return rank === 0 ? new Array<number>(count).fill(1) : ofRank(rank + count);
};

const gather: Rule = (node, known) => {
  const [data, indices] = [input(node, known, 0), input(node, known, 1)];
  if (!data || !indices) return undefined;
  return data.length === 1 ? indices : ofRank(data.length + indices.length - 1);
};

const reduce: Rule = (node, known) => {
  const rank = input(node, known, 0)?.length;
  if (rank === undefined || intAttr(node, "keepdims", 1) === 1) return ofRank(rank);
  if (!node.inputs[1]) return ofRank(0);
  const count = lengthOf(node, known, 1);
  return count === undefined ? undefined : ofRank(rank - (count || rank));
};

const argReduce: Rule = (node, known) => {
  const rank = input(node, known, 0)?.length;
  return rank === undefined ? undefined : ofRank(rank - (intAttr(node, "keepdims", 1) === 1 ? 0 : 1));
};

/** Chains that build a shape join 1-D values of known length. */
const concat: Rule = (node, known) => {
  const all = node.inputs.map((name) => known.dims(name));
  const rank = all.find((dims) => dims)?.length;
  if (rank !== 1) return ofRank(rank);
  const lengths = all.map((dims) => dims?.[0]);
  const total = lengths.reduce<Dim>(
    (sum, n) => (typeof sum === "number" && typeof n === "number" ? sum + n : null),
    0,
  );
  return [total];
};

const shape: Rule = (node, known) => {
  const whole = !node.attrs.has("start") && !node.attrs.has("end");
  return [whole ? (input(node, known, 0)?.length ?? null) : null];
};

const each = (rule: Rule, ...ops: string[]): (readonly [string, Rule])[] => ops.map((op) => [op, rule]);

const RULES: ReadonlyMap<string, Rule> = new Map([
  ...each(sameShape, "Relu", "LeakyRelu", "Elu", "Selu", "Celu", "Sigmoid", "HardSigmoid", "HardSwish"),
  ...each(sameShape, "Tanh", "Softplus", "Softsign", "Clip", "Exp", "Log", "Sqrt", "Neg", "Abs", "Erf"),
  ...each(sameShape, "Floor", "Ceil", "Round", "Reciprocal", "Identity", "Cast", "Dropout", "LRN", "PRelu"),
  ...each(
    sameShape,
    "BatchNormalization",
    "InstanceNormalization",
    "LayerNormalization",
    "GroupNormalization",
  ),
  ...each(sameShape, "Softmax", "LogSoftmax", "Hardmax", "CumSum", "LpNormalization"),
  ...each(sameRank, "Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool", "GlobalMaxPool"),
  ...each(sameRank, "GlobalAveragePool", "Pad", "Slice", "Resize", "Split", "Tile", "TopK"),
  ...each(sameRank, "DepthToSpace", "SpaceToDepth"),
  ...each(broadcast, "Add", "Sub", "Mul", "Div", "Pow", "Mod", "Max", "Min", "Sum", "Mean", "Where"),
  ...each(matrix, "Gemm", "Flatten"),
  ...each(reduce, "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2"),
  ...each(argReduce, "ArgMax", "ArgMin"),
  ["Transpose", transpose],
  ["Reshape", reshape],
  ["Expand", expand],
  ["MatMul", matmul],
  ["Squeeze", squeeze],
  ["Unsqueeze", unsqueeze],
  ["Gather", gather],
  ["Concat", concat],
  ["Shape", shape],
]);

/** What is known of the shape of each output of a node in canonical form. */
export function inferDims(node: Node, known: KnownShapes): Dims[] {
  const rule = node.domain === "" ? RULES.get(node.op) : undefined;
  const dims = rule?.(node, known);
  return node.outputs.map(() => dims);
}
