/**
 * Gemm(A, B, C; alpha, beta, transA, transB)  →  Gemm(A, B', C') with B' [K, N] = alpha·Bᵀ and C' [N] = beta·C, both constant.
 * A transposed A becomes a Transpose before it; a C that is no row (or not constant) becomes an Add behind it; a B that is computed at
 * run time makes it MatMul(A, B).  Conditions: B, C, alpha and beta as said; else the parts above are split off one by one.
 */
import { attr, floatAttr, intAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { elementCount, float32Scalar, type Tensor, tensor } from "../tensor/tensor.ts";
import { nodePass } from "./rule.ts";
import type { NewNode, Site } from "./site.ts";

/** alpha · w, transposed when asked; w is [K, N] or, transposed, [N, K]. */
function weights(w: Float32Array, dims: readonly number[], transposed: boolean, alpha: number): Tensor {
  const [rows, cols] = transposed ? [dims[1]!, dims[0]!] : [dims[0]!, dims[1]!];
  const data = new Float32Array(w.length);
  for (let k = 0; k < rows; k++)
    for (let n = 0; n < cols; n++) data[k * cols + n] = alpha * w[transposed ? n * rows + k : k * cols + n]!;
  return tensor("float32", [rows, cols], data);
}

/** beta·C as a row of N, or undefined when C is no row. */
function row(c: Tensor | undefined, columns: number, beta: number): Tensor | undefined {
  if (c?.dtype !== "float32") return undefined;
  const count = elementCount(c.dims);
  if (count !== 1 && (count !== columns || c.dims.at(-1) !== columns)) return undefined;
  const data = Float32Array.from({ length: columns }, (_, n) => beta * c.data[count === 1 ? 0 : n]!);
  return tensor("float32", [columns], data);
}

function isCanonical(node: Node, site: Site): boolean {
  const plain =
    floatAttr(node, "alpha", 1) === 1 &&
    floatAttr(node, "beta", 1) === 1 &&
    intAttr(node, "transA", 0) === 0 &&
    intAttr(node, "transB", 0) === 0;
  const bias = site.constant(node.inputs[2]);
  return plain && site.constant(node.inputs[1]) !== undefined && (!node.inputs[2] || bias?.dims.length === 1);
}

/** Collects the nodes that replace one Gemm, value by value. */
class Rewrite {
  readonly news: NewNode[] = [];

  constructor(
    readonly node: Node,
    readonly site: Site,
  ) {}

  add(
    role: string,
    op: string,
    inputs: string[],
    dims: readonly number[],
    attrs: NewNode["attrs"] = {},
  ): string {
    const { name } = this.node;
    const output = this.site.addValue(`${name}/${role}`, { dtype: "float32", dims });
    this.news.push({ name: `${name}/${role}`, op, inputs, outputs: [output], attrs });
    return output;
  }

  transposed(i: number, wanted: boolean, role: string): string {
    const value = this.node.inputs[i]!;
    const dims = this.site.dims(value)!.toReversed();
    return wanted ? this.add(role, "Transpose", [value], dims, { perm: attr.ints([1, 0]) }) : value;
  }

  scaled(value: string, factor: number, role: string): string {
    if (factor === 1) return value;
    const constant = this.site.addConstant(`${this.node.name}/${role}_factor`, float32Scalar(factor));
    return this.add(role, "Mul", [value, constant], this.site.dims(value)!);
  }

  /** The last node takes over the Gemm's name and output. */
  finish(): void {
    const last = this.news.pop()!;
    const { node } = this;
    this.news.push({ ...last, name: node.name, outputs: node.outputs, origins: node.origins });
    this.site.replace(node, this.news);
  }
}

/** alpha·A·B, with `bias` if B is constant. */
function writeProduct(parts: Rewrite, a: string, bias: Tensor | undefined): string {
  const { node, site } = parts;
  const alpha = floatAttr(node, "alpha", 1);
  const transB = intAttr(node, "transB", 0) === 1;
  const output = site.dims(node.outputs[0]!)!;
  const b = site.constant(node.inputs[1]);
  if (b?.dtype !== "float32") {
    const right = parts.transposed(1, transB, "b_transposed");
    return parts.scaled(parts.add("product", "MatMul", [a, right], output), alpha, "alpha");
  }
  const inputs = [a, site.addConstant(`${node.inputs[1]}_canonical`, weights(b.data, b.dims, transB, alpha))];
  if (bias) inputs.push(site.addConstant(`${node.inputs[2]}_canonical`, bias));
  return parts.add("product", "Gemm", inputs, output);
}

function rewrite(node: Node, site: Site): void {
  const parts = new Rewrite(node, site);
  const output = site.dims(node.outputs[0]!)!;
  const beta = floatAttr(node, "beta", 1);
  const a = parts.transposed(0, intAttr(node, "transA", 0) === 1, "a_transposed");
  const isLinear = site.constant(node.inputs[1])?.dtype === "float32";
  const bias = isLinear ? row(site.constant(node.inputs[2]), output[1]!, beta) : undefined;
  const product = writeProduct(parts, a, bias);
  if (node.inputs[2] && !bias)
    parts.add("sum", "Add", [product, parts.scaled(node.inputs[2], beta, "beta")], output);
  parts.finish();
}

export const canonicalGemm = nodePass("canonical-gemm", ["Gemm"], (node, site) => {
  if (isCanonical(node, site)) return undefined;
  const known = [...node.inputs, ...node.outputs].every((name) => name === "" || site.dims(name));
  if (!known) return { refused: "its shape depends on the data" };
  rewrite(node, site);
  return { did: "written without alpha, beta and transpositions" };
});
