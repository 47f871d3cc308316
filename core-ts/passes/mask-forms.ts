/** The forms in which exporters write that some scores do not count (mask-scores.ts). An analysis; nothing is changed before `conditionOf`. */
import { attr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { DTYPE_CODES } from "../tensor/dtype.ts";
import { float32Scalar, type Tensor, tensor } from "../tensor/tensor.ts";
import type { NewNode, Site } from "./site.ts";

/** A chosen value at or below it means minus infinity. */
const CHOSEN = -1000;
/** So does a mask of 0 and 1 times such a number. */
const MULTIPLIED = -1000;
/** And a constant added to scores at or below it: e^-80 next to any other term is 0. */
const ADDED = -80;
const TRUTH_TYPES = ["bool", "int32", "int64", "uint8"];
const MOVES = ["Expand", "Reshape", "Unsqueeze"];

/** Scores and what says which of them count: a value (truth values, integers, or float32 of 0 and 1) or a constant. */
export interface Choice {
  readonly x: string;
  readonly condition: string | Tensor;
  /** Whether scores count where the condition holds. */
  readonly keeps: boolean;
}

type Mask = Omit<Choice, "x">;

const isAtMost = (constant: Tensor | undefined, bound: number): boolean =>
  constant?.dtype === "float32" && constant.data.length > 0 && constant.data.every((v) => v <= bound);

const isAll = (constant: Tensor | undefined, number: number): boolean =>
  constant?.dtype === "float32" && constant.data.length > 0 && constant.data.every((v) => v === number);

/**
 * Where a mask of 0 and 1 is 1: an input of the model, a Cast of truth values or integers, 1 minus such a mask, or such a mask moved. That they hold 0 and 1
 * is what exporters mean; numbers between are taken for the nearer one.
 */
function truth(value: string, site: Site): Mask | undefined {
  const maker = site.index.producer(value);
  if (!maker)
    return site.graph.inputs.some(({ name }) => name === value)
      ? { condition: value, keeps: true }
      : undefined;
  if (maker.domain !== "") return undefined;
  const from = maker.inputs[0]!;
  if (maker.op === "Cast") {
    if (TRUTH_TYPES.includes(site.dtype(from) ?? "")) return { condition: from, keeps: true };
    return truth(from, site);
  }
  if (maker.op === "Sub" && isAll(site.constant(from), 1)) {
    const other = truth(maker.inputs[1]!, site);
    return other && { ...other, keeps: !other.keeps };
  }
  return MOVES.includes(maker.op) && truth(from, site) ? { condition: value, keeps: true } : undefined;
}

/** Where a mask that is added is 0, so that scores count. */
function addedMask(value: string, site: Site): Mask | undefined {
  const constant = site.constant(value);
  if (constant?.dtype === "float32") {
    const isMask = constant.data.every((v) => v === 0 || v <= ADDED) && constant.data.some((v) => v !== 0);
    const open = Uint8Array.from(constant.data, (v) => Number(v === 0));
    return isMask ? { condition: tensor("bool", constant.dims, open), keeps: true } : undefined;
  }
  const maker = site.index.producer(value);
  if (maker?.domain !== "") return undefined;
  if (maker.op === "Mul") {
    const at = maker.inputs.findIndex((factor) => isAtMost(site.constant(factor), MULTIPLIED));
    const closed = at < 0 ? undefined : truth(maker.inputs[1 - at]!, site);
    return closed && { ...closed, keeps: !closed.keeps };
  }
  if (maker.op !== "Where") return undefined;
  const [condition, yes, no] = maker.inputs as [string, string, string];
  const closed = site.index.producer(condition)?.op === "Cast" ? truth(condition, site) : undefined;
  const mask = closed ?? { condition, keeps: true };
  const isZero = (one: string) => isAll(site.constant(one), 0);
  if (isZero(yes) && isAtMost(site.constant(no), ADDED)) return mask;
  // masked_fill on a mask of 0 and 1 leaves 0 where the condition, the mask itself, does not hold.
  const rest = isZero(no) || truth(no, site) !== undefined;
  return isAtMost(site.constant(yes), ADDED) && rest ? { ...mask, keeps: !mask.keeps } : undefined;
}

/** The masked scores that a Where or Add makes; undefined for any other node. */
export function choiceAt(node: Node, site: Site): Choice | undefined {
  if (node.domain !== "" || site.dtype(node.outputs[0]!) !== "float32") return undefined;
  if (node.op === "Where") {
    const [condition, yes, no] = node.inputs as [string, string, string];
    if (isAtMost(site.constant(no), CHOSEN)) return { x: yes, condition, keeps: true };
    return isAtMost(site.constant(yes), CHOSEN) ? { x: no, condition, keeps: false } : undefined;
  }
  if (node.op !== "Add") return undefined;
  for (const at of [1, 0]) {
    const mask = addedMask(node.inputs[at]!, site);
    if (mask) return { ...mask, x: node.inputs[1 - at]! };
  }
  return undefined;
}

/** The condition as a value of truth values, and the nodes that make it. */
export function conditionOf(choice: Choice, node: Node, site: Site): { value: string; nodes: NewNode[] } {
  const { condition } = choice;
  if (typeof condition !== "string")
    return { value: site.addConstant(`${node.name}/open`, condition), nodes: [] };
  if (site.dtype(condition) === "bool") return { value: condition, nodes: [] };
  const value = site.addValue(`${node.name}/condition`, {
    dtype: "bool",
    dims: site.dims(condition) ?? null,
  });
  const made = { name: value, outputs: [value] };
  if (site.dtype(condition) === "float32") {
    const half = site.addConstant(`${node.name}/half`, float32Scalar(0.5));
    return { value, nodes: [{ ...made, op: "Greater", inputs: [condition, half] }] };
  }
  const attrs = { to: attr.int(DTYPE_CODES.bool) };
  return { value, nodes: [{ ...made, op: "Cast", inputs: [condition], attrs }] };
}
