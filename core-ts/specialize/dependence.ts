import { nodeUses } from "../graph/edit.ts";
import type { Graph, GraphValue, Node } from "../graph/graph.ts";

/** Which values depend on what is fed. */
export interface Dependence {
  /** Values whose content depends on the data. */
  readonly content: ReadonlySet<string>;
  /** Values whose shape depends on the data. */
  readonly shape: ReadonlySet<string>;
}

const RANDOM = new Set([
  "Bernoulli",
  "Multinomial",
  "RandomNormal",
  "RandomNormalLike",
  "RandomUniform",
  "RandomUniformLike",
]);

/** Ops whose output shape depends on what their inputs hold. */
const SHAPED_BY_CONTENT = new Set([
  "Compress",
  "If",
  "Loop",
  "NonMaxSuppression",
  "NonZero",
  "Range",
  "StringSplit",
  "Unique",
]);

/** Positions of inputs that hold a shape, sizes, axes or the like. */
const SHAPE_INPUTS: Readonly<Record<string, readonly number[]>> = {
  AffineGrid: [1],
  BlackmanWindow: [0],
  CenterCropPad: [1],
  Col2Im: [1],
  ConstantOfShape: [0],
  DFT: [1, 2],
  Expand: [1],
  HammingWindow: [0],
  HannWindow: [0],
  MaxUnpool: [2],
  OneHot: [1],
  Pad: [1, 3],
  ReduceL1: [1],
  ReduceL2: [1],
  ReduceLogSum: [1],
  ReduceLogSumExp: [1],
  ReduceMax: [1],
  ReduceMean: [1],
  ReduceMin: [1],
  ReduceProd: [1],
  ReduceSum: [1],
  ReduceSumSquare: [1],
  Reshape: [1],
  Resize: [2, 3],
  STFT: [1, 3],
  Slice: [1, 2, 3, 4],
  Split: [1],
  Squeeze: [1],
  Tile: [1],
  TopK: [1],
  Unsqueeze: [1],
  Upsample: [1],
};

/** Ops that look at the shape of their input only. */
const SHAPE_READERS = new Set(["Shape", "Size"]);

/** Ops whose output has the shape of their input and nothing of its content. */
const SHAPE_FILLERS = new Set(["EyeLike"]);

function shapeDepends(node: Node, uses: readonly string[], known: Dependence): boolean {
  if (SHAPE_READERS.has(node.op)) return false;
  const deciding = SHAPED_BY_CONTENT.has(node.op)
    ? uses
    : (SHAPE_INPUTS[node.op] ?? []).map((i) => node.inputs[i] ?? "");
  return deciding.some((value) => known.content.has(value)) || uses.some((value) => known.shape.has(value));
}

/** Follows the data of these inputs through a topologically ordered graph. Where in doubt, a value counts as depending. */
export function dependence(graph: Graph, inputs: readonly GraphValue[] = graph.inputs): Dependence {
  const content = new Set(inputs.map(({ name }) => name));
  const shape = new Set<string>();
  for (const node of graph.nodes) {
    const uses = nodeUses(node);
    const byShape = shapeDepends(node, uses, { content, shape });
    const read = SHAPE_READERS.has(node.op) || SHAPE_FILLERS.has(node.op) ? shape : content;
    const byContent = RANDOM.has(node.op) || uses.some((value) => read.has(value));
    for (const value of node.outputs) {
      if (byContent) content.add(value);
      if (byShape) shape.add(value);
    }
  }
  return { content, shape };
}
