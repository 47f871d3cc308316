/**
 * SplitToSequence(x)                         →  Split(x), then SequenceConstruct (each part through Squeeze where keepdims is 0)
 * ConcatFromSequence(SequenceConstruct(...)) →  Concat, each part through Unsqueeze where new_axis is 1 (torch.stack)
 * SequenceAt(SequenceConstruct(...), k)      →  the k-th element
 * Conditions: the sequence is put together by SequenceConstruct, SequenceEmpty and SequenceInsert at constant positions; sizes and positions are constants.
 */
import { attr, intAttr } from "../graph/attributes.ts";
import type { Node, ValueType } from "../graph/graph.ts";
import { int64Tensor, toNumbers } from "../tensor/tensor.ts";
import { nodePass, type Outcome } from "./rule.ts";
import type { NewNode, Site } from "./site.ts";

const COMPUTED = { refused: "its sequence is put together at run time" };

/** Names of the sequence's elements, or undefined where they are not known. */
function elements(sequence: string, site: Site): string[] | undefined {
  const maker = site.index.producer(sequence);
  if (maker?.op === "SequenceConstruct") return [...maker.inputs];
  if (maker?.op === "SequenceEmpty") return [];
  const before = maker?.op === "SequenceInsert" ? elements(maker.inputs[0]!, site) : undefined;
  if (!before || !maker) return undefined;
  const position = maker.inputs[2] ? site.constant(maker.inputs[2]) : int64Tensor([before.length]);
  if (!position) return undefined;
  const at = toNumbers(position)[0]!;
  return before.toSpliced(at < 0 ? at + before.length : at, 0, maker.inputs[1]!);
}

/** Sizes of the parts along the axis. */
function partSizes(node: Node, site: Site, length: number): number[] | undefined {
  if (!node.inputs[1]) return new Array<number>(length).fill(1);
  const split = site.constant(node.inputs[1]);
  if (!split || split.dims.length > 0) return split && toNumbers(split);
  const size = toNumbers(split)[0]!;
  return Array.from({ length: Math.ceil(length / size) }, (_, i) => Math.min(size, length - i * size));
}

function typeOf(site: Site, value: string, dims: readonly number[]): ValueType | undefined {
  const dtype = site.dtype(value);
  return dtype && { dtype, dims };
}

function splitToSequence(node: Node, site: Site): Outcome {
  const x = node.inputs[0]!;
  const dims = site.dims(x);
  const given = intAttr(node, "axis", 0);
  const axis = dims && (given < 0 ? given + dims.length : given);
  const sizes = dims && partSizes(node, site, dims[axis!]!);
  if (!sizes) return { refused: "its parts are computed at run time" };
  const squeezes = !node.inputs[1] && intAttr(node, "keepdims", 1) === 0;
  const value = (role: string, shape: readonly number[]) =>
    site.addValue(`${node.name}/${role}`, typeOf(site, x, shape));
  const parts = sizes.map((size, i) => value(`part_${i}`, dims.with(axis!, size)));
  const split = site.addConstant(`${node.name}/split`, int64Tensor(sizes));
  const origins = [...node.origins, node.name];
  const news: NewNode[] = [
    {
      name: `${node.name}/Split`,
      op: "Split",
      inputs: [x, split],
      outputs: parts,
      attrs: { axis: attr.int(axis!) },
      origins,
    },
  ];
  const axes = squeezes ? site.addConstant(`${node.name}/axes`, int64Tensor([axis!])) : "";
  const read = parts.map((part, i) => {
    if (!squeezes) return part;
    const output = value(`element_${i}`, dims.toSpliced(axis!, 1));
    news.push({ name: output, op: "Squeeze", inputs: [part, axes], outputs: [output], origins });
    return output;
  });
  news.push({ name: node.name, op: "SequenceConstruct", inputs: read, outputs: node.outputs });
  site.replace(node, news);
  return { did: `splits into ${sizes.length} tensors` };
}

function concatFromSequence(node: Node, site: Site): Outcome {
  const parts = elements(node.inputs[0]!, site);
  if (!parts || parts.length === 0) return COMPUTED;
  const given = intAttr(node, "axis", 0);
  const concat = (inputs: readonly string[], axis: number): NewNode => ({
    ...{ name: node.name, op: "Concat", inputs, outputs: node.outputs, attrs: { axis: attr.int(axis) } },
    origins: node.origins,
  });
  if (intAttr(node, "new_axis", 0) === 0) {
    site.replace(node, [concat(parts, given)]);
    return { did: `joins ${parts.length} tensors` };
  }
  const dims = site.dims(parts[0]!);
  if (!dims) return { refused: "the shape of what it stacks depends on the data" };
  const axis = given < 0 ? given + dims.length + 1 : given;
  const axes = site.addConstant(`${node.name}/axes`, int64Tensor([axis]));
  const stacked = parts.map((part, i) => {
    const output = site.addValue(`${node.name}/part_${i}`, typeOf(site, part, dims.toSpliced(axis, 0, 1)));
    return { name: output, op: "Unsqueeze", inputs: [part, axes], outputs: [output], origins: [] };
  });
  site.replace(node, [
    ...stacked,
    concat(
      stacked.map(({ name }) => name),
      axis,
    ),
  ]);
  return { did: `stacks ${parts.length} tensors` };
}

function sequenceAt(node: Node, site: Site): Outcome {
  const parts = elements(node.inputs[0]!, site);
  const position = site.constant(node.inputs[1]);
  if (!parts || !position) return COMPUTED;
  const element = parts.at(toNumbers(position)[0]!);
  if (element === undefined) return { refused: "its position lies outside of the sequence" };
  const { name, outputs, origins } = node;
  site.replace(node, [{ name, op: "Identity", inputs: [element], outputs, origins }]);
  return { did: `is "${element}"` };
}

const RULES: Readonly<Record<string, (node: Node, site: Site) => Outcome>> = {
  ConcatFromSequence: concatFromSequence,
  SequenceAt: sequenceAt,
  SplitToSequence: splitToSequence,
};

export const foldSequences = nodePass("fold-sequences", Object.keys(RULES), (node, site) =>
  RULES[node.op]!(node, site),
);
