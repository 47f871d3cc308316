import { attr, intAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { toNumbers } from "../tensor/tensor.ts";
import { type Attributes, notConstant, type PlanView } from "./record.ts";

/** What a reduction adds up. */
export interface Reduction {
  /** Counted from the front, ascending. */
  readonly axes: readonly number[];
  /** Elements that become one. */
  readonly count: number;
  /** `axes` and `keepdims` of the integer op. */
  readonly attrs: Attributes;
}

export const REDUCTION_CONDITIONS: readonly string[] = ["its axes are constant"];

/** Why a canonical reduction, whose axes are an optional input, can't be integer. */
export function whyNotReduced(node: Node, view: PlanView): string | undefined {
  const dims = view.dims(node.inputs[0]!);
  if (!dims) return "its shape is not known before the model runs";
  if (dims.includes(0)) return "it reduces a tensor without elements";
  const axes = node.inputs[1] ? view.constant(node.inputs[1]) : undefined;
  if (node.inputs[1] && !axes) return notConstant(node, 1, "axes");
  const isEmpty = !axes || toNumbers(axes).length === 0;
  return isEmpty && intAttr(node, "noop_with_empty_axes", 0) === 1
    ? "it reduces nothing (noop_with_empty_axes)"
    : undefined;
}

/** The axes of a reduction that `whyNotReduced` does not refuse; none are all. */
export function reductionOf(node: Node, view: PlanView): Reduction {
  const dims = view.dims(node.inputs[0]!)!;
  const given = node.inputs[1] ? toNumbers(view.constant(node.inputs[1])!) : [];
  const wanted = given.length === 0 ? dims.map((_, axis) => axis) : given;
  const axes = wanted.map((axis) => (axis < 0 ? axis + dims.length : axis)).sort((a, b) => a - b);
  return {
    axes,
    count: axes.reduce((product, axis) => product * dims[axis]!, 1),
    attrs: { axes: attr.ints(axes), keepdims: attr.int(intAttr(node, "keepdims", 1)) },
  };
}
