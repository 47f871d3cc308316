/**
 * An LSTM unrolled into elementary ops, step after step: z = x·W + h·R + b (MatMul or Gemm, Add), Split in four, c = σ(f)·c₀ + σ(i)·tanh(g),
 * h = σ(o)·tanh(c)
 *   →  one LSTM over the series of x, and a Gather for every h that something else reads.
 * Its cells are 16 bit at any width and its weights stand in the model once. Conditions: all steps have the same weights, bias and order of gates; the first
 * state is 0, or a value that is multiplied by R too; no x depends on a step; nothing else reads a value between, or a cell but the last.
 */
import { attr } from "../graph/attributes.ts";
import { nodeUses } from "../graph/edit.ts";
import type { Graph, Node } from "../graph/graph.ts";
import { sortNodes } from "../graph/sort.ts";
import { int64Tensor, type Tensor, tensor, toNumbers } from "../tensor/tensor.ts";
import { type LstmCell, lstmCell, type Product } from "./lstm-cell.ts";
import type { Pass } from "./pass.ts";
import { Wiring } from "./series.ts";
import { Site } from "./site.ts";

/** Steps of one layer, in order. */
interface Chain {
  readonly cells: readonly LstmCell[];
  /** x of each step. */
  readonly x: readonly string[];
  /** The hidden state before the first step; undefined: 0. */
  readonly start: string | undefined;
  readonly w: string;
  readonly r: string;
}

/** The weights of x and of the state: of two products that of the step before; in a single step either, if its size is that of a state. */
function weightsOf(cells: readonly LstmCell[], site: Site): { w: string; r: string } | undefined {
  const [first, second] = cells;
  const { products, units } = second ?? first!;
  const isState = ({ value, weight }: Product) =>
    second ? value === first!.hidden : site.constant(weight)!.dims[0] === units;
  const state = products.find(isState);
  const other = products.find((product) => product !== state);
  return products.length === 2 && state && other ? { w: other.weight, r: state.weight } : undefined;
}

function chainOf(cells: readonly LstmCell[], site: Site): Chain | undefined {
  const weights = weightsOf(cells, site);
  if (!weights) return undefined;
  const { w, r } = weights;
  const x: string[] = [];
  for (const [t, { products }] of cells.entries()) {
    const [own, state] = [
      products.find(({ weight }) => weight === w),
      products.find(({ weight }) => weight === r),
    ];
    const isChained = t === 0 || state?.value === cells[t - 1]!.hidden;
    if (!own || own === state || !isChained || products.length !== (state ? 2 : 1)) return undefined;
    x.push(own.value);
  }
  const start = cells[0]!.products.find(({ weight }) => weight === r)?.value;
  return site.constant(r)!.dims[0] === cells[0]!.units ? { cells, x, start, w, r } : undefined;
}

const sameNumbers = (a: Float64Array, b: Float64Array): boolean =>
  a.every((v, i) => Math.abs(v - b[i]!) <= 1e-6);

function continues(a: LstmCell, b: LstmCell): boolean {
  return b.before === a.cell && sameNumbers(a.bias, b.bias) && a.order.join() === b.order.join();
}

/** Values that are read by others than the steps themselves. */
function isClosed({ cells }: Chain, site: Site): boolean {
  const own = new Set(cells.flatMap(({ nodes }) => nodes));
  return cells
    .slice(0, -1)
    .every(
      ({ cell }) => !site.index.isOutput(cell) && site.index.consumers(cell).every((node) => own.has(node)),
    );
}

/** Whether some x comes from a step. */
function isFedBack({ cells, x }: Chain, site: Site): boolean {
  const own = new Set(cells.flatMap(({ nodes }) => nodes));
  const seen = new Set<string>();
  const open = [...x];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const maker = site.index.producer(name);
    if (maker && own.has(maker)) return true;
    if (maker) open.push(...nodeUses(maker));
  }
  return false;
}

/** The longest run of steps from this cell on that makes a chain. */
function longest(first: LstmCell, byBefore: ReadonlyMap<string, LstmCell>, site: Site): Chain | undefined {
  const cells = [first];
  for (
    let next = byBefore.get(first.cell);
    next && continues(cells.at(-1)!, next);
    next = byBefore.get(next.cell)
  )
    cells.push(next);
  const chain = chainOf(cells, site);
  return chain && isClosed(chain, site) && !isFedBack(chain, site) ? chain : undefined;
}

/** [K, 4H] as ONNX holds W and R: [1, 4H, K], gates i, o, f, c. */
function onnxWeights(t: Tensor, order: readonly number[]): Tensor {
  const [terms, width] = t.dims as [number, number];
  const units = width / 4;
  const from = t.data as Float32Array;
  const data = new Float32Array(from.length);
  for (let g = 0; g < width; g++)
    for (let k = 0; k < terms; k++)
      data[g * terms + k] = from[k * width + order[Math.floor(g / units)]! * units + (g % units)]!;
  return tensor("float32", [1, width, terms], data);
}

function onnxBias({ bias, order, units }: LstmCell): Tensor {
  const data = new Float32Array(2 * bias.length);
  for (let g = 0; g < bias.length; g++) data[g] = bias[order[Math.floor(g / units)]! * units + (g % units)]!;
  return tensor("float32", [1, 2 * bias.length], data);
}

/** A state [N, H] as [1, N, H]; undefined where it is a constant 0. */
function stateInput(value: string | undefined, wiring: Wiring, site: Site): string {
  const constant = site.constant(value);
  if (value === undefined || (constant && toNumbers(constant).every((v) => v === 0))) return "";
  return wiring.unsqueezed(value, "state");
}

/** The nodes that take the place of a chain. */
function replacement(chain: Chain, site: Site): Node[] {
  const [first, last] = [chain.cells[0]!, chain.cells.at(-1)!];
  const base = last.nodes.at(-1)!.name;
  const wiring = new Wiring(site, base);
  const constant = (role: string, t: Tensor) => site.addConstant(`${base}/${role}`, t);
  const dims = [first.samples, first.units];
  const [series, steps, h, c] = [
    wiring.value("series", [chain.cells.length, 1, ...dims]),
    wiring.value("steps", [chain.cells.length, ...dims]),
    wiring.value("h", [1, ...dims]),
    wiring.value("c", [1, ...dims]),
  ];
  const inputs = [
    wiring.stacked(chain.x),
    constant("W", onnxWeights(site.constant(chain.w)!, first.order)),
    constant("R", onnxWeights(site.constant(chain.r)!, first.order)),
    constant("B", onnxBias(first)),
    "",
    stateInput(chain.start, wiring, site),
    stateInput(first.before, wiring, site),
  ];
  const axes = constant("directions", int64Tensor([1]));
  const gone = chain.cells.flatMap(({ nodes }) => nodes);
  const origins = gone.flatMap(({ name, origins: more }) => [...(name === base ? [] : [name]), ...more]);
  wiring.node("LSTM", inputs, [series, h, c], { hidden_size: attr.int(first.units) }, base, origins);
  wiring.node("Squeeze", [series, axes], [steps]);
  for (const [t, { hidden }] of chain.cells.entries()) wiring.taken(steps, t, hidden);
  if (
    site.index.isOutput(last.cell) ||
    site.index.consumers(last.cell).some((node) => !last.nodes.includes(node))
  )
    wiring.node("Squeeze", [c, constant("first", int64Tensor([0]))], [last.cell]);
  return wiring.nodes;
}

/** Fuses one chain, if there is one; answers the name of its LSTM. */
function fuseOne(graph: Graph): string | undefined {
  const site = new Site(graph);
  const cells = graph.nodes.flatMap((node) => lstmCell(node, site) ?? []);
  const byBefore = new Map(cells.map((cell) => [cell.before, cell]));
  const made = new Set(cells.map(({ cell }) => cell));
  for (const first of cells.filter(({ before }) => !made.has(before))) {
    const chain = longest(first, byBefore, site);
    if (!chain) continue;
    const gone = new Set(chain.cells.flatMap(({ nodes }) => nodes));
    const news = replacement(chain, site);
    graph.nodes = sortNodes([...graph.nodes.filter((node) => !gone.has(node)), ...news]).sorted;
    return `${chain.cells.length} steps became LSTM "${chain.cells.at(-1)!.nodes.at(-1)!.name}"`;
  }
  return undefined;
}

export const fuseLstm: Pass = {
  name: "fuse-lstm",
  run(graph) {
    const notes: string[] = [];
    for (let did = fuseOne(graph); did !== undefined; did = fuseOne(graph)) notes.push(`fuse-lstm: ${did}`);
    return { changed: notes.length > 0, notes };
  },
};
