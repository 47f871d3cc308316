/**
 * Einsum  →  Transpose, Reshape, MatMul, Reshape, Transpose; Mul where nothing is summed over; ReduceSum for axes that only one operand has and
 * the result has not; of three operands and more the first two first.
 * Conditions: float32, static shapes, no label twice in one operand (a diagonal). A constant operand goes to the right, so that it is a matrix of weights.
 */
import { stringAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { type Equation, parseEquation, rolesOf } from "./einsum-equation.ts";
import { NodeChain, product, type Shaped } from "./node-chain.ts";
import { nodePass, type Outcome } from "./rule.ts";
import type { Site } from "./site.ts";

/** An operand and the labels of its axes. */
interface Term {
  readonly value: Shaped;
  readonly labels: readonly string[];
}

const sizeIn = (term: Term, label: string): number => term.value.dims[term.labels.indexOf(label)]!;

/** The term without these labels, summed over. */
function without(chain: NodeChain, term: Term, lost: readonly string[], role: string): Term {
  const axes = lost.map((label) => term.labels.indexOf(label)).sort((a, b) => a - b);
  const labels = term.labels.filter((label) => !lost.includes(label));
  return { value: chain.sum(term.value, axes, role), labels };
}

/** The term with its axes in the order of `labels`, then reshaped to `groups`. */
function arranged(chain: NodeChain, term: Term, labels: readonly string[], role: string): Term {
  const perm = labels.map((label) => term.labels.indexOf(label));
  return { value: chain.transpose(term.value, perm, `${role}_transposed`), labels };
}

/** Σ over the shared labels as one MatMul: [batch, left, summed] · [batch, summed, right]. */
function matrixProduct(chain: NodeChain, a: Term, b: Term, result: readonly string[]): Term {
  const { batch, summed, left, right } = rolesOf(a.labels, b.labels, result);
  const sizes = (term: Term, labels: readonly string[]) => labels.map((label) => sizeIn(term, label));
  const terms = product(sizes(a, summed));
  // Without batch axes MatMul keeps all axes of the left operand but the last.
  const rows = batch.length > 0 ? [product(sizes(a, left))] : sizes(a, left);
  const columns = product(sizes(b, right));
  const x = arranged(chain, a, [...batch, ...left, ...summed], "a").value;
  const w = arranged(chain, b, [...batch, ...summed, ...right], "b").value;
  const l = chain.reshape(x, [...sizes(a, batch), ...rows, terms], "a_matrix");
  const r = chain.reshape(w, [...sizes(b, batch), terms, columns], "b_matrix");
  const spread = batch.map((label) => Math.max(sizeIn(a, label), sizeIn(b, label)));
  const y = chain.add("MatMul", [l.name, r.name], { role: "product", dims: [...spread, ...rows, columns] });
  const whole = chain.reshape(y, [...spread, ...sizes(a, left), ...sizes(b, right)], "axes");
  return { value: whole, labels: [...batch, ...left, ...right] };
}

/** Nothing is summed over: every axis stands for itself, missing ones have size 1 (in front, where the other operand has them all, they are left out). */
function elementProduct(chain: NodeChain, a: Term, b: Term, result: readonly string[]): Term {
  const whole = (term: Term, role: string): Shaped => {
    const own = result.filter((label) => term.labels.includes(label));
    const first = result.findIndex((label) => term.labels.includes(label));
    const sizes = result.map((label) => (term.labels.includes(label) ? sizeIn(term, label) : 1));
    const dims = first < 0 ? [] : sizes.slice(first);
    return chain.reshape(arranged(chain, term, own, role).value, dims, `${role}_axes`);
  };
  const [l, r] = [whole(a, "a"), whole(b, "b")];
  const dims = result.map((label) =>
    Math.max(...[a, b].filter(({ labels }) => labels.includes(label)).map((term) => sizeIn(term, label))),
  );
  return { value: chain.add("Mul", [l.name, r.name], { role: "product", dims }), labels: result };
}

function pair(chain: NodeChain, a: Term, b: Term, result: readonly string[]): Term {
  const { lost } = rolesOf(a.labels, b.labels, result);
  const [l, r] = [without(chain, a, lost[0], "a_sum"), without(chain, b, lost[1], "b_sum")];
  const { summed } = rolesOf(l.labels, r.labels, result);
  return summed.length === 0 ? elementProduct(chain, l, r, result) : matrixProduct(chain, l, r, result);
}

/** Sizes of 1 that a summed label has in one operand only would have to be repeated first. */
function sizesDiffer(terms: readonly Term[], { result }: Equation): boolean {
  const labels = new Set(terms.flatMap((term) => term.labels));
  return [...labels].some((label) => {
    const sizes = terms.filter((term) => term.labels.includes(label)).map((term) => sizeIn(term, label));
    return new Set(sizes).size > 1 && !(result.includes(label) && label.startsWith("..."));
  });
}

const isDiagonal = ({ labels }: Term): boolean => new Set(labels).size < labels.length;

/** The terms one after another; each product keeps what the result or a later term still needs. */
function rewrite(node: Node, site: Site, terms: readonly Term[], { result }: Equation): Outcome {
  const chain = new NodeChain(node.name, site);
  const [first, ...rest] = terms;
  let sum = first!;
  for (const [i, next] of rest.entries()) {
    const later = new Set([...result, ...rest.slice(i + 1).flatMap((term) => term.labels)]);
    const kept = [...new Set([...sum.labels, ...next.labels])].filter((label) => later.has(label));
    const isConstant = site.constant(sum.value.name) !== undefined;
    const wanted = i === rest.length - 1 ? result : kept;
    sum = isConstant ? pair(chain, next, sum, wanted) : pair(chain, sum, next, wanted);
  }
  const rest1 = sum.labels.filter((label) => !result.includes(label));
  const ordered = arranged(chain, without(chain, sum, rest1, "sum"), result, "result");
  const { name, origins, outputs } = node;
  const news = chain.ending(ordered.value, { name, output: outputs[0]!, origins });
  if (news.length > 0) {
    site.replace(node, news);
    return { did: "written as MatMul" };
  }
  // Nothing was done: it is its operand under another name.
  node.op = "Identity";
  node.attrs.clear();
  return { did: "changes nothing" };
}

export const rewriteEinsum = nodePass("rewrite-einsum", ["Einsum"], (node, site) => {
  const dims = node.inputs.map((name) => site.dims(name));
  if (dims.includes(undefined)) return { refused: "its shapes are not known before the model runs" };
  if (node.inputs.some((name) => site.dtype(name) !== "float32")) return undefined;
  const text = stringAttr(node, "equation", "");
  const equation = parseEquation(
    text,
    dims.map((sizes) => sizes!.length),
  );
  if (!equation) return { refused: `its equation "${text}" does not fit its operands` };
  const terms = equation.operands.map(
    (labels, i): Term => ({ value: { name: node.inputs[i]!, dims: dims[i]! }, labels }),
  );
  if (terms.some(isDiagonal))
    return { refused: `"${text}" takes a diagonal, which is no product of matrices` };
  if (sizesDiffer(terms, equation))
    return { refused: `"${text}" repeats an axis of size 1, which is no product of matrices` };
  return rewrite(node, site, terms, equation);
});
