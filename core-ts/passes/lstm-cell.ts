/** Finds one step of an LSTM in elementary ops; see fuse-lstm.ts for the spelling. */
import { intAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { elementCount, toNumbers } from "../tensor/tensor.ts";
import { isOp, otherThan } from "./normalization-pattern.ts";
import type { Site } from "./site.ts";

/** value · w, w an initializer [K, 4H]. */
export interface Product {
  readonly value: string;
  readonly weight: string;
}

export interface LstmCell {
  readonly products: readonly Product[];
  /** Sum of all constants, 4H numbers. */
  readonly bias: Float64Array;
  /** Which quarter of the rows gate i, o, f, c is. */
  readonly order: readonly number[];
  /** The cell state before: a value or a constant. */
  readonly before: string;
  readonly cell: string;
  readonly hidden: string;
  readonly samples: number;
  readonly units: number;
  /** Every node but those of the products' values. */
  readonly nodes: readonly Node[];
}

interface Sum {
  readonly products: Product[];
  readonly bias: Float64Array;
  readonly nodes: Node[];
}

/** Adds a constant row of 4H numbers, the same for all samples. */
function addRow(sum: Sum, value: string, site: Site): boolean {
  const found = site.constant(value);
  const width = sum.bias.length;
  if (found?.dtype !== "float32" || found.dims.at(-1) !== width) return false;
  const numbers = toNumbers(found);
  if (!numbers.every((v, i) => v === numbers[i % width])) return false;
  for (let i = 0; i < width; i++) sum.bias[i] = sum.bias[i]! + numbers[i]!;
  return true;
}

/** A product by constant weights of 4H columns, canonical Gemm's bias included. */
function addProduct(sum: Sum, node: Node, site: Site): boolean {
  const [value, weight, bias] = node.inputs;
  const w = site.constant(weight);
  if (site.constant(value) || w?.dtype !== "float32" || w.dims.length !== 2) return false;
  if (site.dims(value!)?.length !== 2 || w.dims[1] !== sum.bias.length) return false;
  if (isOp(node, "Gemm") && ["alpha", "beta", "transA", "transB"].some((name) => node.attrs.has(name)))
    return false;
  if (bias && !addRow(sum, bias, site)) return false;
  sum.products.push({ value: value!, weight: weight! });
  return true;
}

/** Everything that is added up to `value`; undefined where something is neither a product nor a constant row. */
function sumAt(value: string, width: number, site: Site): Sum | undefined {
  const sum: Sum = { products: [], bias: new Float64Array(width), nodes: [] };
  const open = [value];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (addRow(sum, name, site)) continue;
    const node = name === value ? site.index.producer(name) : site.soleProducer(name);
    if (isOp(node, "Add")) open.push(...node.inputs);
    else if (!isOp(node, "MatMul", "Gemm") || !addProduct(sum, node, site)) return undefined;
    sum.nodes.push(node);
  }
  return sum;
}

/** The only reader of a value, of that op. */
function reader(value: string | undefined, op: string, site: Site): Node | undefined {
  const found = value ? site.index.onlyConsumer(value) : undefined;
  return isOp(found, op) ? found : undefined;
}

/** The gates from the quarters of the sum on: c = σ(f)·c₀ + σ(i)·tanh(g), h = σ(o)·tanh(c). */
function gatesOf(split: Node, site: Site) {
  const quarters = split.outputs.map((name) => site.index.onlyConsumer(name));
  const tanh = quarters.findIndex((node) => isOp(node, "Tanh"));
  const taken = reader(quarters[tanh]?.outputs[0], "Mul", site);
  const cell = reader(taken?.outputs[0], "Add", site);
  if (!taken || !cell) return undefined;
  const sigmoidOf = (value: string) =>
    quarters.findIndex(
      (node) => isOp(node, "Sigmoid") && node.outputs[0] === value && site.soleProducer(value) === node,
    );
  const input = sigmoidOf(otherThan(taken, quarters[tanh]!.outputs[0]!));
  const kept = site.soleProducer(otherThan(cell, taken.outputs[0]!));
  if (!isOp(kept, "Mul") || kept.inputs.length !== 2) return undefined;
  const forget = kept.inputs.map(sigmoidOf).find((i) => i >= 0) ?? -1;
  const shown = site.index.consumers(cell.outputs[0]!).find((node) => isOp(node, "Tanh"));
  const hidden = reader(shown?.outputs[0], "Mul", site);
  const output = hidden ? sigmoidOf(otherThan(hidden, shown!.outputs[0]!)) : -1;
  const order = [input, output, forget, tanh];
  if (!hidden || new Set(order).size !== 4 || order.includes(-1)) return undefined;
  const before = otherThan(kept, quarters[forget]!.outputs[0]!);
  const nodes = [split, ...quarters.flatMap((node) => node ?? []), taken, kept, cell, shown!, hidden];
  return { order, before, cell: cell.outputs[0]!, hidden: hidden.outputs[0]!, nodes };
}

/** The step whose four gates this Split takes apart. */
export function lstmCell(split: Node, site: Site): LstmCell | undefined {
  const dims = site.dims(split.inputs[0]!);
  if (!isOp(split, "Split") || split.outputs.length !== 4 || dims?.length !== 2) return undefined;
  const [samples, width] = dims as [number, number];
  const axis = intAttr(split, "axis", 0);
  const units = width / 4;
  const isEven = split.outputs.every((name) => site.dims(name)?.join() === [samples, units].join());
  if ((axis !== 1 && axis !== -1) || !isEven || !site.soleProducer(split.inputs[0]!)) return undefined;
  const gates = gatesOf(split, site);
  const sum = gates && sumAt(split.inputs[0]!, width, site);
  const isState = gates && elementCount(site.dims(gates.before) ?? []) === samples * units;
  if (!gates || !sum || !isState) return undefined;
  return { ...gates, ...sum, samples, units, nodes: [...sum.nodes, ...gates.nodes] };
}
