/**
 * Gemm or MatMul by weights → [Reshape] → [Transpose] → Split, or Gathers and Slices along one axis, as attention makes queries, keys and values
 *   →  one Gemm or MatMul for each part, with its columns of the weights, and the Reshape and Transpose of that part.
 * Each part then has a scale of its own (values are often far smaller than queries and keys), and nothing is left to select.
 * Conditions: the axis lies within the columns; every reader is such a selection, by constants; no column is in two of them.
 */
import { intsAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { elementCount, type TensorOf, tensor } from "../tensor/tensor.ts";
import { NodeChain } from "./node-chain.ts";
import { nodePass } from "./rule.ts";
import { type Selection, selections } from "./selections.ts";
import type { NewNode, Site } from "./site.ts";

/** The product, how its columns are laid out, and who reads which of them. */
interface Packed {
  readonly product: Node;
  readonly weight: TensorOf<"float32">;
  readonly bias: TensorOf<"float32"> | undefined;
  /** Shape in front of the Transpose. */
  readonly layout: readonly number[];
  readonly perm: readonly number[];
  /** The axis that is cut, before the Transpose. */
  readonly axis: number;
  readonly parts: readonly Selection[];
  /** Reshape and Transpose, as far as they are there. */
  readonly between: readonly Node[];
}

function floatConstant(name: string | undefined, site: Site): TensorOf<"float32"> | undefined {
  const found = site.constant(name);
  return found?.dtype === "float32" ? found : undefined;
}

/** Weights and bias of a product by a constant matrix. */
function constants(product: Node, site: Site): Pick<Packed, "weight" | "bias"> | undefined {
  const [weight, bias] = [floatConstant(product.inputs[1], site), floatConstant(product.inputs[2], site)];
  if (weight?.dims.length !== 2) return undefined;
  return !product.inputs[2] || bias?.dims.join() === `${weight.dims[1]}` ? { weight, bias } : undefined;
}

/** The node behind `value` if it is the only reader and of that op. */
function next(value: string, op: string, site: Site): Node | undefined {
  const reader = site.index.onlyConsumer(value);
  return reader?.domain === "" && reader.op === op && reader.inputs[0] === value ? reader : undefined;
}

/** The first axis of the longest run of trailing axes that hold all columns, -1 when there is none. */
function firstColumnAxis(layout: readonly number[], columns: number): number {
  return layout.findIndex((_, i) => elementCount(layout.slice(i)) === columns);
}

function findPacked(product: Node, site: Site): Packed | undefined {
  const matrix = constants(product, site);
  const reshape = next(product.outputs[0]!, "Reshape", site);
  const laidOut = reshape?.outputs[0] ?? product.outputs[0]!;
  const layout = site.dims(laidOut);
  if (!matrix || !layout || !site.dims(product.outputs[0]!)) return undefined;
  const transpose = next(laidOut, "Transpose", site);
  const unmoved = layout.map((_, i) => i);
  const perm = transpose ? intsAttr(transpose, "perm", unmoved.toReversed()) : unmoved;
  const found = selections(transpose?.outputs[0] ?? laidOut, site);
  const axis = found ? perm[found.axis]! : -1;
  const first = firstColumnAxis(layout, matrix.weight.dims[1]!);
  if (!found || first < 0 || axis < first) return undefined;
  const between = [reshape, transpose].filter((node) => node !== undefined);
  return { product, ...matrix, layout, perm, axis, parts: found.parts, between };
}

/** Columns whose coordinate along the cut axis lies in the part. */
function columnsOf({ layout, axis, weight }: Packed, { start, end }: Selection): number[] {
  const inner = elementCount(layout.slice(axis + 1));
  const all = Array.from({ length: weight.dims[1]! }, (_, n) => n);
  return all.filter((n) => {
    const at = Math.floor(n / inner) % layout[axis]!;
    return at >= start && at < end;
  });
}

function chosen(t: TensorOf<"float32">, columns: readonly number[]): TensorOf<"float32"> {
  const width = t.dims.at(-1)!;
  const count = columns.length;
  const data = Float32Array.from(
    { length: (t.data.length / width) * count },
    (_, i) => t.data[Math.floor(i / count) * width + columns[i % count]!]!,
  );
  return tensor("float32", [...t.dims.slice(0, -1), count], data);
}

/** Gemm or MatMul, then Reshape, Transpose and Reshape as far as they change anything. */
function partNodes(whole: Packed, part: Selection, site: Site): NewNode[] {
  const { product, layout, axis, perm } = whole;
  const name = `${product.name}/${part.output}`;
  const chain = new NodeChain(name, site);
  const columns = columnsOf(whole, part);
  const inputs = [product.inputs[0]!, site.addConstant(`${name}/weight`, chosen(whole.weight, columns))];
  if (whole.bias) inputs.push(site.addConstant(`${name}/bias`, chosen(whole.bias, columns)));
  const rows = site.dims(product.outputs[0]!)!.slice(0, -1);
  const y = chain.add(product.op, inputs, { role: "product", dims: [...rows, columns.length] });
  const axes = layout.map((size, i) => (i === axis ? part.end - part.start : size));
  const moved = chain.transpose(chain.reshape(y, axes, "axes"), perm, "moved");
  const kept = moved.dims.filter((_, i) => !part.isRemoved || perm[i] !== axis);
  const result = chain.reshape(moved, kept, "part");
  const origins = [product, ...whole.between, part.node].flatMap((node) => [...node.origins, node.name]);
  return chain.ending(result, { name, output: part.output, origins });
}

export const splitPacked = nodePass("split-packed", ["Gemm", "MatMul"], (product, site) => {
  const whole = findPacked(product, site);
  if (!whole) return undefined;
  const news = whole.parts.flatMap((part) => partNodes(whole, part, site));
  site.replace(product, news, [...whole.between, ...whole.parts.map(({ node }) => node)]);
  return { did: `divided into ${whole.parts.length} products, one for each part that is read` };
});
