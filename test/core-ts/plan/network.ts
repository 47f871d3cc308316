import { type BitWidth, findChip } from "../../../core-ts/chips/index.ts";
import type { Graph, GraphValue, Node } from "../../../core-ts/graph/graph.ts";
import { makePlan } from "../../../core-ts/plan/make-plan.ts";
import type { QuantPlan } from "../../../core-ts/plan/plan.ts";
import { int64Tensor, type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { graph, node, value } from "../../support/build-model.ts";

export const DIMS = [1, 4, 4, 4];
export const ones = (...dims: number[]) =>
  tensor("float32", dims, new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(1));
const scalar = (v: number) => tensor("float32", [], Float32Array.of(v));

const CONSTANTS: Readonly<Record<string, Tensor>> = {
  w: ones(4, 4, 1, 1),
  zero: scalar(0),
  six: scalar(6),
  minus: scalar(-1),
  half: scalar(0.5),
  shape: int64Tensor([1, 64]),
};

/** A graph whose values are all float32 [1, 4, 4, 4]; the outputs are those of the last node. */
export function network(
  lines: readonly (string | Node)[],
  more: { types?: GraphValue[]; outputs?: string[] } = {},
): Graph {
  const nodes = lines.map((line) => (typeof line === "string" ? node(line) : line));
  const made = nodes.flatMap(({ outputs }) => outputs);
  return graph({
    inputs: [value("x", DIMS)],
    outputs: (more.outputs ?? nodes.at(-1)!.outputs).map((name) => value(name, DIMS)),
    nodes,
    constants: CONSTANTS,
    types: [...made.map((name) => value(name, DIMS)), ...(more.types ?? [])],
  });
}

export function plan(content: Graph, chip = "TX5368AV200", bits: BitWidth = 8): QuantPlan {
  return makePlan(content, { chip: findChip(chip), bits, observer: "kl", lutLength: 10 });
}

/** Each node and what becomes of it, in order. */
export const kinds = (found: QuantPlan) => found.nodes.map((entry) => `${entry.node.name} ${entry.kind}`);
/** Why the node stays float; undefined when it does not. */
export const reason = (found: QuantPlan, name: string): string | undefined => {
  const entry = found.nodes.find((each) => each.node.name === name);
  return entry?.kind === "float" ? entry.because : undefined;
};
