/** Finds the ops by which exporters spell (x - mean)/√(variance + ε) and x/√(mean(x²) + ε); see fuse-normalization.ts for the spellings. */
import { intAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { elementCount, type Tensor, toNumbers } from "../tensor/tensor.ts";
import type { Site } from "./site.ts";

/** Rows of x divided by their spread. */
export interface Normalization {
  readonly x: string;
  /** Axes of a row, ascending, counted from the front. */
  readonly axes: readonly number[];
  readonly epsilon: number;
  /** Whether the mean is taken off. */
  readonly isCentered: boolean;
  /** The node that makes the result. */
  readonly last: Node;
  /** Every node of the pattern, `last` among them. */
  readonly nodes: ReadonlySet<Node>;
  /** Constants that stand inside the pattern; absent: 1 and 0. */
  readonly scale: string | undefined;
  readonly offset: string | undefined;
}

/** The spread of rows and where it comes from. */
interface Spread {
  readonly x: string;
  readonly axes: readonly number[];
  readonly epsilon: number;
  /** The value that is squared: x, or x - mean. */
  readonly squared: string;
  /** The node that makes the mean, of a centred pattern. */
  readonly mean: Node | undefined;
  readonly nodes: readonly Node[];
}

type StandardNode = Node & { readonly domain: "" };

/** Whether a node is one of these standard ops. */
export const isOp = (node: Node | undefined, ...ops: string[]): node is StandardNode =>
  node?.domain === "" && ops.includes(node.op);

/** The number a constant of one element holds; an exponent may be an integer. */
export function scalar(site: Site, value: string | undefined): number | undefined {
  const found = site.constant(value);
  const isNumber = found && ["float32", "int32", "int64"].includes(found.dtype);
  return isNumber && elementCount(found.dims) === 1 ? toNumbers(found)[0] : undefined;
}

/** The other operand of a node with two. */
export const otherThan = (node: Node, value: string): string =>
  node.inputs[0] === value ? node.inputs[1]! : node.inputs[0]!;

/** Axes of a ReduceMean that keeps them, if they are constant. */
function keptAxes(node: Node | undefined, site: Site): number[] | undefined {
  if (!isOp(node, "ReduceMean") || intAttr(node, "keepdims", 1) !== 1) return undefined;
  const rank = site.dims(node.inputs[0]!)?.length;
  const axes: Tensor | undefined = site.constant(node.inputs[1]);
  if (rank === undefined || !axes || elementCount(axes.dims) === 0) return undefined;
  return toNumbers(axes)
    .map((axis) => (axis < 0 ? axis + rank : axis))
    .sort((a, b) => a - b);
}

/** What a node squares: Mul(t, t) or Pow(t, 2). */
export function squaredValue(node: Node | undefined, site: Site): string | undefined {
  if (isOp(node, "Mul") && node.inputs[0] === node.inputs[1]) return node.inputs[0];
  return isOp(node, "Pow") && scalar(site, node.inputs[1]) === 2 ? node.inputs[0] : undefined;
}

/** mean(t²) + ε in front of a root. */
function spreadBefore(root: Node, site: Site): Spread | undefined {
  const sum = site.soleProducer(root.inputs[0]!);
  if (!isOp(sum, "Add")) return undefined;
  const constant = sum.inputs.find((name) => scalar(site, name) !== undefined);
  const epsilon = scalar(site, constant);
  if (constant === undefined || epsilon === undefined || !(epsilon >= 0)) return undefined;
  const variance = site.soleProducer(otherThan(sum, constant));
  const axes = keptAxes(variance, site);
  const square = variance && site.soleProducer(variance.inputs[0]!);
  const squared = squaredValue(square, site);
  if (!axes || squared === undefined) return undefined;
  const nodes = [square!, variance!, sum, root];
  const difference = site.index.producer(squared);
  const mean = isOp(difference, "Sub") ? site.index.producer(difference.inputs[1]!) : undefined;
  const isCentered =
    keptAxes(mean, site)?.join() === axes.join() && mean!.inputs[0] === difference!.inputs[0];
  return isCentered
    ? { x: mean!.inputs[0]!, axes, epsilon, squared, mean, nodes: [mean!, difference!, ...nodes] }
    : { x: squared, axes, epsilon, squared, mean: undefined, nodes };
}

/** 1/√v of the root, with the nodes that make it, or a Div by √v. */
function inverseOf(root: Node, site: Site): { inverse?: string; divides?: Node; nodes: Node[] } | undefined {
  const value = root.outputs[0]!;
  if (root.op === "Pow") {
    const exponent = scalar(site, root.inputs[1]);
    if (exponent === -0.5) return { inverse: value, nodes: [] };
    if (exponent !== 0.5) return undefined;
  }
  const reader = site.index.onlyConsumer(value);
  if (isOp(reader, "Reciprocal")) return { inverse: reader.outputs[0]!, nodes: [reader] };
  if (!isOp(reader, "Div") || reader.inputs[1] !== value || reader.inputs[0] === value) return undefined;
  return scalar(site, reader.inputs[0]) === 1
    ? { inverse: reader.outputs[0]!, nodes: [reader] }
    : { divides: reader, nodes: [] };
}

/** The Sub that makes a numerator, or no node where the numerator is x itself; undefined for anything else. */
function numerator(value: string, spread: Spread, site: Site): readonly Node[] | undefined {
  if (!spread.mean) return value === spread.x ? [] : undefined;
  const node = site.index.producer(value);
  const fits = isOp(node, "Sub") && node.inputs[0] === spread.x && node.inputs[1] === spread.mean.outputs[0];
  return fits ? [node] : undefined;
}

type Ending = Pick<Normalization, "last" | "scale" | "offset"> & { readonly nodes: readonly Node[] };

/** x·k + (offset - mean·k), where k = 1/σ or scale/σ (TensorFlow's batch_normalization). */
function distributed(factor: string, spread: Spread, site: Site): Omit<Ending, "scale"> | undefined {
  const mean = spread.mean?.outputs[0];
  const readers = site.index.consumers(factor);
  const [ofX, ofMean] = [spread.x, mean].map((value) =>
    readers.find((node) => isOp(node, "Mul") && value !== undefined && otherThan(node, factor) === value),
  );
  if (readers.length !== 2 || !ofX || !ofMean) return undefined;
  const rest = site.index.onlyConsumer(ofMean.outputs[0]!);
  const last = site.index.onlyConsumer(ofX.outputs[0]!);
  if (!rest || !last) return undefined;
  if (rest === last && isOp(last, "Sub") && last.inputs[0] === ofX.outputs[0])
    return { last, offset: undefined, nodes: [ofX, ofMean, last] };
  if (!isOp(last, "Add") || site.index.onlyConsumer(rest.outputs[0]!) !== last) return undefined;
  const nodes = [ofX, ofMean, rest, last];
  if (isOp(rest, "Neg")) return { last, offset: undefined, nodes };
  const isOffset = isOp(rest, "Sub") && rest.inputs[1] === ofMean.outputs[0] && site.constant(rest.inputs[0]);
  return isOffset ? { last, offset: rest.inputs[0], nodes } : undefined;
}

/** How 1/σ meets what it divides. */
function endingOf(inverse: string, spread: Spread, site: Site): Ending | undefined {
  const whole = distributed(inverse, spread, site);
  if (whole) return { ...whole, scale: undefined };
  const reader = site.index.onlyConsumer(inverse);
  if (!isOp(reader, "Mul")) return undefined;
  const other = otherThan(reader, inverse);
  const divided = numerator(other, spread, site);
  if (divided) return { last: reader, scale: undefined, offset: undefined, nodes: [...divided, reader] };
  if (!site.constant(other)) return undefined;
  const factor = reader.outputs[0]!;
  const scaled = distributed(factor, spread, site);
  if (scaled) return { ...scaled, scale: other, nodes: [reader, ...scaled.nodes] };
  const last = site.index.onlyConsumer(factor);
  const before = isOp(last, "Mul") ? numerator(otherThan(last, factor), spread, site) : undefined;
  return before && { last: last!, scale: other, offset: undefined, nodes: [reader, ...before, last!] };
}

function dividedBy(divides: Node, spread: Spread, site: Site): Ending | undefined {
  const before = numerator(divides.inputs[0]!, spread, site);
  return before && { last: divides, scale: undefined, offset: undefined, nodes: [...before, divides] };
}

/** Values between are read inside the pattern only, and are no outputs of the model. */
function isClosed({ nodes, last }: Pick<Normalization, "nodes" | "last">, site: Site): boolean {
  return [...nodes]
    .filter((node) => node !== last)
    .flatMap(({ outputs }) => outputs)
    .every(
      (value) =>
        !site.index.isOutput(value) && site.index.consumers(value).every((reader) => nodes.has(reader)),
    );
}

/** The pattern around this root (Sqrt, or Pow by ±1/2), if everything fits. */
export function normalizationAt(root: Node, site: Site): Normalization | undefined {
  const spread = spreadBefore(root, site);
  const inverse = spread && inverseOf(root, site);
  if (!inverse) return undefined;
  const ending = inverse.divides
    ? dividedBy(inverse.divides, spread, site)
    : endingOf(inverse.inverse!, spread, site);
  if (!ending) return undefined;
  const { x, axes, epsilon } = spread;
  const nodes = new Set([...spread.nodes, ...inverse.nodes, ...ending.nodes]);
  const found = { ...ending, x, axes, epsilon, isCentered: spread.mean !== undefined, nodes };
  const [before, after] = [site.dims(x), site.dims(ending.last.outputs[0]!)];
  const keepsShape = before !== undefined && before.join() === after?.join();
  return keepsShape && site.dtype(x) === "float32" && isClosed(found, site) ? found : undefined;
}
