/**
 * Max(a, b, c)   →  Max(Max(a, b), c), Min alike
 * Sum(a, b, c)   →  Add(Add(a, b), c)
 * Mean(a, b, c)  →  Mul(Add(Add(a, b), c), 1/3)
 * so that every integer op has two operands. Activations come first: then each pair has one, and no node is left of constants alone.
 * Conditions: at least three inputs, all float32. Pairs are left as they are.
 */
import type { Node } from "../graph/graph.ts";
import { float32Scalar } from "../tensor/tensor.ts";
import { nodePass } from "./rule.ts";
import type { NewNode, Site } from "./site.ts";

const PAIRS: Readonly<Record<string, string>> = { Max: "Max", Min: "Min", Sum: "Add", Mean: "Add" };

/** Shape of two values that broadcast to one; null where one of them is unknown. */
function joined(a: readonly number[] | null, b: readonly number[] | undefined): readonly number[] | null {
  if (!a || !b) return null;
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  const skip = long.length - short.length;
  return long.map((dim, i) => (dim === 1 && i >= skip ? short[i - skip]! : dim));
}

/** The chain of pairs; its last node takes over the name and output of the old one. */
function chain(node: Node, site: Site): NewNode[] {
  const isConstant = (value: string) => site.constant(value) !== undefined;
  const ordered = [...node.inputs.filter((value) => !isConstant(value)), ...node.inputs.filter(isConstant)];
  const news: NewNode[] = [];
  let dims: readonly number[] | null = site.dims(ordered[0]!) ?? null;
  let before = ordered[0]!;
  for (const [i, value] of ordered.slice(1).entries()) {
    dims = joined(dims, site.dims(value));
    const name = `${node.name}/part_${i + 1}`;
    const output = site.addValue(name, { dtype: "float32", dims });
    news.push({ name, op: PAIRS[node.op]!, inputs: [before, value], outputs: [output] });
    before = output;
  }
  if (node.op === "Mean") {
    const share = site.addConstant(`${node.name}/share`, float32Scalar(1 / ordered.length));
    news.push({ name: node.name, op: "Mul", inputs: [before, share], outputs: [] });
  }
  const last = news.pop()!;
  return [...news, { ...last, name: node.name, outputs: node.outputs, origins: node.origins }];
}

export const splitVariadic = nodePass("split-variadic", Object.keys(PAIRS), (node, site) => {
  if (node.inputs.length < 3 || node.inputs.some((value) => site.dtype(value) !== "float32"))
    return undefined;
  const count = node.inputs.length;
  site.replace(node, chain(node, site));
  return { did: `of ${count} inputs: written as a chain of pairs` };
});
