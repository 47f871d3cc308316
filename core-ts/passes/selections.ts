import { intAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { toNumbers } from "../tensor/tensor.ts";
import type { Site } from "./site.ts";

/** A part [start, end) of an axis that some node hands on. */
export interface Selection {
  readonly node: Node;
  readonly output: string;
  readonly start: number;
  readonly end: number;
  /** The axis, which holds one element, is gone from the output. */
  readonly isRemoved: boolean;
}

interface Selections {
  readonly axis: number;
  readonly parts: readonly Selection[];
}

type Reader = (node: Node, dims: readonly number[], site: Site) => Selections | undefined;

const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

function ints(name: string | undefined, site: Site): number[] | undefined {
  const found = site.constant(name);
  return found && toNumbers(found);
}

const bySplit: Reader = (node, dims, site) => {
  const axis = fromFront(intAttr(node, "axis", 0), dims.length);
  const parts: Selection[] = [];
  let start = 0;
  for (const output of node.outputs) {
    const size = site.dims(output)?.[axis];
    if (output === "" || size === undefined) return undefined;
    parts.push({ node, output, start, end: start + size, isRemoved: false });
    start += size;
  }
  return { axis, parts };
};

/** One index; a list of several would be a selection of its own order. */
const byGather: Reader = (node, dims, site) => {
  const indices = ints(node.inputs[1], site);
  const axis = fromFront(intAttr(node, "axis", 0), dims.length);
  if (indices?.length !== 1) return undefined;
  const start = fromFront(indices[0]!, dims[axis]!);
  const isRemoved = site.constant(node.inputs[1])!.dims.length === 0;
  const isRow = isRemoved || site.constant(node.inputs[1])!.dims.length === 1;
  return isRow
    ? { axis, parts: [{ node, output: node.outputs[0]!, start, end: start + 1, isRemoved }] }
    : undefined;
};

const bySlice: Reader = (node, dims, site) => {
  const [starts, ends] = [ints(node.inputs[1], site), ints(node.inputs[2], site)];
  const axes = node.inputs[3] ? ints(node.inputs[3], site) : [0];
  const steps = node.inputs[4] ? ints(node.inputs[4], site) : [1];
  if (starts?.length !== 1 || ends?.length !== 1 || axes?.length !== 1 || steps?.[0] !== 1) return undefined;
  const axis = fromFront(axes[0]!, dims.length);
  const size = dims[axis]!;
  const at = (i: number) => Math.min(Math.max(fromFront(i, size), 0), size);
  const [start, end] = [at(starts[0]!), at(ends[0]!)];
  return end > start
    ? { axis, parts: [{ node, output: node.outputs[0]!, start, end, isRemoved: false }] }
    : undefined;
};

const READERS: Readonly<Record<string, Reader>> = { Gather: byGather, Slice: bySlice, Split: bySplit };

/**
 * The parts of `value` that its readers take, if all of them do nothing but take disjoint parts along one axis, in their order along it; undefined
 * otherwise, or when one takes it whole.
 */
export function selections(value: string, site: Site): Selections | undefined {
  const dims = site.dims(value);
  if (!dims || site.index.isOutput(value)) return undefined;
  const found = site.index.consumers(value).map((node) => {
    const reader = node.domain === "" && node.inputs[0] === value ? READERS[node.op] : undefined;
    return reader?.(node, dims, site);
  });
  const axis = found[0]?.axis;
  if (axis === undefined || found.some((one) => one?.axis !== axis)) return undefined;
  const parts = found.flatMap((one) => one!.parts).sort((a, b) => a.start - b.start);
  const isDisjoint = parts.every((part, i) => i === 0 || part.start >= parts[i - 1]!.end);
  const isWhole = parts.length === 1 && parts[0]!.end - parts[0]!.start === dims[axis];
  return isDisjoint && !isWhole ? { axis, parts } : undefined;
}
