import { attr, floatAttr, intAttr, intsAttr } from "../../../graph/attributes.ts";
import type { Attribute, Node } from "../../../graph/graph.ts";
import { float32Scalar, int64Tensor } from "../../../tensor/tensor.ts";
import { ALWAYS, newNode, operand, type Rewrite, type RewriteContext, result } from "../rewrite.ts";

/** Grows the standard nodes that take the place of one node. */
class Nodes {
  readonly made: Node[] = [];

  constructor(
    readonly node: Node,
    readonly ctx: RewriteContext,
  ) {}

  add(
    op: string,
    inputs: readonly string[],
    role: string,
    attrs: Readonly<Record<string, Attribute>> = {},
  ): string {
    const output = this.ctx.newValue(`${this.node.name}_${role}`);
    this.made.push(newNode(op, inputs, output, attrs));
    return output;
  }

  shape(...dims: number[]): string {
    return this.ctx.addConstant(`${this.node.name}_shape`, int64Tensor(dims));
  }

  number(value: number, role: string): string {
    return this.ctx.addConstant(`${this.node.name}_${role}`, float32Scalar(value));
  }

  /** The last op makes the old node's result and takes its name. */
  end(
    op: string,
    inputs: readonly string[],
    attrs: Readonly<Record<string, Attribute>> = {},
  ): readonly Node[] {
    return [...this.made, { ...newNode(op, inputs, result(this.node), attrs), name: this.node.name }];
  }
}

/** Inputs from `first` on are absent, and nobody reads an output behind the first. */
function isSimple(node: Node, first: number, ctx: RewriteContext): boolean {
  const [, ...others] = node.outputs;
  return (
    node.inputs.slice(first).every((name) => name === "") &&
    !others.some((name) => name !== "" && ctx.isRead(name))
  );
}

/** [batch, tokens, heads · size] → [batch, heads, tokens, size], for keys [batch, heads, size, tokens]. */
function heads(nodes: Nodes, x: string, role: string): string {
  const count = intAttr(nodes.node, "num_heads", 1);
  const split = nodes.add("Reshape", [x, nodes.shape(0, 0, count, -1)], `${role}_heads`);
  const perm = role === "key" ? [0, 2, 3, 1] : [0, 2, 1, 3];
  return nodes.add("Transpose", [split], role, { perm: attr.ints(perm) });
}

/** 1/√size from the shape of the queries: a constant as soon as shapes are known. */
function usualScale(nodes: Nodes, queries: string): string {
  const size = nodes.add("Shape", [queries], "head_size", { start: attr.int(3), end: attr.int(4) });
  const real = nodes.add("Cast", [size], "head_size_real", { to: attr.int(1) });
  return nodes.add("Reciprocal", [nodes.add("Sqrt", [real], "root")], "scale");
}

/** softmax(QKᵀ·scale + bias)·V of [batch, tokens, heads · size]. */
function attend(
  nodes: Nodes,
  parts: readonly [string, string, string],
  bias: string | undefined,
): readonly Node[] {
  const [q, k, v] = (["query", "key", "value"] as const).map((role, i) => heads(nodes, parts[i]!, role)) as [
    string,
    string,
    string,
  ];
  const given = floatAttr(nodes.node, "scale", 0);
  const scale = given === 0 ? usualScale(nodes, q) : nodes.number(given, "scale");
  const products = nodes.add("MatMul", [nodes.add("Mul", [q, scale], "scaled"), k], "scores");
  const scores = bias ? nodes.add("Add", [products, bias], "biased") : products;
  const weights = nodes.add("Softmax", [scores], "weights", { axis: attr.int(-1) });
  const context = nodes.add("Transpose", [nodes.add("MatMul", [weights, v], "context")], "joined", {
    perm: attr.ints([0, 2, 1, 3]),
  });
  return nodes.end("Reshape", [context, nodes.shape(0, 0, -1)]);
}

/** x + bias, cut in three along the last axis: in equal parts, or as said. */
function threeParts(nodes: Nodes, x: string, sizes: readonly number[]): [string, string, string] {
  const outputs = ["q", "k", "v"].map((role) => nodes.ctx.newValue(`${nodes.node.name}_${role}`));
  const inputs = sizes.length > 0 ? [x, nodes.shape(...sizes)] : [x];
  const attrs = { axis: attr.int(-1), ...(sizes.length > 0 ? {} : { num_outputs: attr.int(3) }) };
  nodes.made.push({ ...newNode("Split", inputs, outputs[0]!, attrs), outputs });
  return outputs as [string, string, string];
}

/** Attention(x, weights, bias, , , attention_bias): queries, keys and values by one product. */
function attention(node: Node, ctx: RewriteContext): readonly Node[] {
  const [x, weights, bias, mask, past, scoreBias] = node.inputs;
  const isPlain = !mask && !past && isSimple(node, 6, ctx) && intAttr(node, "unidirectional", 0) === 0;
  if (!isPlain || intAttr(node, "do_rotary", 0) === 1) return [node];
  const nodes = new Nodes(node, ctx);
  const product = nodes.add("MatMul", [x!, weights!], "product");
  const packed = bias ? nodes.add("Add", [product, bias], "packed") : product;
  return attend(
    nodes,
    threeParts(nodes, packed, intsAttr(node, "qkv_hidden_sizes", [])),
    scoreBias || undefined,
  );
}

/** Sizes of the parts of a bias for queries, keys and values; undefined where the file does not tell. */
function biasSizes(node: Node, ctx: RewriteContext): number[] | undefined {
  const [size, whole] = [ctx.dims(node.inputs[0]!)?.[2], ctx.dims(node.inputs[3]!)?.[0]];
  return typeof size === "number" && typeof whole === "number" ? [size, size, whole - 2 * size] : undefined;
}

/** MultiHeadAttention(query, key, value, bias, , attention_bias), each [batch, tokens, heads · size]. */
function multiHeadAttention(node: Node, ctx: RewriteContext): readonly Node[] {
  const [query, key, value, bias, mask, scoreBias] = node.inputs;
  const areThree = [query, key, value].every((name) => name && ctx.dims(name)?.length === 3);
  const isPlain = !mask && isSimple(node, 6, ctx) && intAttr(node, "unidirectional", 0) === 0;
  const sizes = bias ? biasSizes(node, ctx) : [];
  if (!areThree || !isPlain || !sizes) return [node];
  const nodes = new Nodes(node, ctx);
  const biases = bias ? threeParts(nodes, bias, sizes) : [];
  const parts = [query!, key!, value!].map((x, i) =>
    biases[i] ? nodes.add("Add", [x, biases[i]!], `biased_${i}`) : x,
  ) as [string, string, string];
  return attend(nodes, parts, scoreBias || undefined);
}

/** SkipLayerNormalization(x, skip, gamma, beta, bias) → LayerNormalization(x + skip + bias); output 3 is the sum. */
function skipNormalization(op: "LayerNormalization" | "SimplifiedLayerNormalization"): Rewrite["rewrite"] {
  return (node, ctx) => {
    const [x, skip, gain, ...rest] = node.inputs;
    const [offset, bias] = op === "LayerNormalization" ? rest : ["", ...rest];
    if (node.outputs.slice(1, 3).some((name) => name !== "" && ctx.isRead(name))) return [node];
    const nodes = new Nodes(node, ctx);
    const biased = bias ? nodes.add("Add", [x!, bias], "biased") : x!;
    const sum = node.outputs[3] || ctx.newValue(`${node.name}_sum`);
    nodes.made.push(newNode("Add", [biased, skip!], sum));
    const attrs = { axis: attr.int(-1), epsilon: attr.float(floatAttr(node, "epsilon", 1e-12)) };
    return nodes.end(op, [sum, gain!, ...(offset ? [offset] : [])], attrs);
  };
}

/** FusedMatMul(a, b): alpha · a · b, the last two axes of either exchanged where it says so. */
function fusedMatMul(node: Node, ctx: RewriteContext): readonly Node[] {
  const nodes = new Nodes(node, ctx);
  const sides = [operand(node, 0), operand(node, 1)].map((value, i) => {
    if (intAttr(node, i === 0 ? "transA" : "transB", 0) === 0) return value;
    const rank = ctx.dims(value)?.length ?? 0;
    const perm = [...Array(Math.max(rank - 2, 0)).keys(), rank - 1, rank - 2];
    return rank < 2
      ? undefined
      : nodes.add("Transpose", [value], `${i}_transposed`, { perm: attr.ints(perm) });
  });
  const isBatchMoved = intAttr(node, "transBatchA", 0) === 1 || intAttr(node, "transBatchB", 0) === 1;
  if (isBatchMoved || sides.includes(undefined)) return [node];
  const alpha = floatAttr(node, "alpha", 1);
  if (alpha === 1) return nodes.end("MatMul", sides as string[]);
  return nodes.end("Mul", [nodes.add("MatMul", sides as string[], "product"), nodes.number(alpha, "alpha")]);
}

/** The numbers that are added are float32. */
const ofFloat32 =
  (rewrite: Rewrite["rewrite"]): Rewrite["rewrite"] =>
  (node, ctx) =>
    ctx.floatType(operand(node, 0)) === "float32" ? rewrite(node, ctx) : [node];

/** Products, attention and normalisation of com.microsoft in standard ops; with masks of lengths, past keys or rotation they stay as they are. */
export const CONTRIB_ATTENTION: readonly Rewrite[] = [
  { op: "Attention", until: ALWAYS, rewrite: ofFloat32(attention) },
  { op: "FusedMatMul", until: ALWAYS, rewrite: ofFloat32(fusedMatMul) },
  { op: "MultiHeadAttention", until: ALWAYS, rewrite: ofFloat32(multiHeadAttention) },
  { op: "SkipLayerNormalization", until: ALWAYS, rewrite: skipNormalization("LayerNormalization") },
  {
    op: "SkipSimplifiedLayerNormalization",
    until: ALWAYS,
    rewrite: skipNormalization("SimplifiedLayerNormalization"),
  },
];
