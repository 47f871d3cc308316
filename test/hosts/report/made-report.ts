import type { BitWidth } from "../../../core-ts/chips/index.ts";
import type { LayerHistogram, Report, ReportLayer } from "../../../core-ts/report/report.ts";

const BINS = 128;
const POINTS = 64;
const RATIO = 0.9;

/** Numbers that look random and are the same everywhere (Park and Miller's generator). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** Values of a layer: bell-shaped, behind a ReLU where the grid is unsigned, with a few far out. */
function values(random: () => number, spread: number, signed: boolean): number[] {
  const bell = () => spread * (random() + random() + random() + random() - 2);
  const list = Array.from({ length: 2000 }, bell);
  list.push(4 * spread, signed ? -3.5 * spread : 3.8 * spread);
  return signed ? list : list.map((value) => Math.max(value, 0));
}

/** SQNR of rounding every value to the grid and back. */
export function roundedDb(
  list: readonly number[],
  bits: BitWidth,
  signed: boolean,
  threshold: number,
): number {
  const most = 2 ** (signed ? bits - 1 : bits) - 1;
  const scale = threshold / most;
  let [signal, noise] = [0, 0];
  for (const value of list) {
    const integer = Math.min(Math.max(Math.round(value / scale), signed ? -most - 1 : 0), most);
    signal += value ** 2;
    noise += (value - integer * scale) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}

function histogramOf(list: readonly number[], signed: boolean): LayerHistogram {
  const [min, max] = [Math.min(...list), Math.max(...list)];
  const high = Math.max(max, -min) * 1.02;
  const low = signed ? -high : 0;
  const counts = new Array<number>(BINS).fill(0);
  for (const value of list)
    counts[Math.min(Math.floor(((value - low) / (high - low)) * BINS), BINS - 1)]! += 1;
  const at = (bits: BitWidth) =>
    Array.from({ length: POINTS }, (_, i) => roundedDb(list, bits, signed, high * RATIO ** i));
  const of = (share: number) => high * share;
  const narrow = { min_max: of(0.98), kl: of(0.45), kl_v2: of(0.5), mse: of(0.55), percentile: of(0.4) };
  return {
    source: "calibration",
    low,
    high,
    counts,
    min,
    max,
    zeros: list.filter((value) => value === 0).length,
    thresholds: { "8": narrow, "16": { ...narrow, min_max: of(1) } },
    curve: { highest: high, ratio: RATIO, sqnrDb: { "8": at(8), "16": at(16) } },
  };
}

interface LayerOptions {
  readonly index: number;
  readonly node: string;
  readonly op: string;
  readonly random: () => number;
}

function layer({ index, node, op, random }: LayerOptions): ReportLayer {
  const signed = op === "Conv" || op === "Input";
  const list = values(random, 1 + 3 * random(), signed);
  const histogram = histogramOf(list, signed);
  const threshold = histogram.thresholds["8"].kl;
  const own = histogram.curve.sqnrDb["8"][8]! - 6 * random();
  const total = own - Math.log2(index + 1) * 3;
  const channels = Array.from({ length: 16 }, () => 0.05 + random() ** 3);
  return {
    index,
    rank: 0,
    node,
    op,
    value: `${node}_out`,
    bits: 8,
    signed,
    scale: threshold / (signed ? 127 : 255),
    observer: "kl",
    total: { cosine: 1 - 0.01 * random(), sqnrDb: total, maxAbs: 0.1 * random() },
    own: op === "Reshape" ? { sqnrDb: null } : { sqnrDb: own },
    clipped: list.filter((value) => Math.abs(value) > threshold).length / list.length,
    histogram,
    weights:
      op === "Conv"
        ? {
            name: `${node}.weight`,
            channels: 16,
            perEntry: 1,
            largest: channels,
            sqnrDb: channels.map((largest) => 42 + 20 * Math.log10(largest)),
          }
        : null,
  };
}

/** Blocks of a residual network: Conv, Relu, Conv, Add. */
function layersOf(count: number, random: () => number): ReportLayer[] {
  const ops = ["Conv", "Relu", "Conv", "Add"];
  const list = Array.from({ length: count }, (_, index) => {
    if (index === 0) return layer({ index, node: "image", op: "Input", random });
    const op = ops[(index - 1) % ops.length]!;
    return layer({ index, node: `stage${Math.ceil(index / 4)}/${op.toLowerCase()}_${index}`, op, random });
  });
  const byDamage = [...list].sort((a, b) => (a.own?.sqnrDb ?? 999) - (b.own?.sqnrDb ?? 999));
  return list.map((one) => ({ ...one, rank: byDamage.indexOf(one) }));
}

function graphOf(layers: readonly ReportLayer[]): Report["graph"] {
  const edges = layers.slice(1).map((_, i) => [i, i + 1] as const);
  const skips = layers.filter(({ op }) => op === "Add").map(({ index }) => [index - 4, index] as const);
  return {
    nodes: [
      ...layers.map(({ node, op }) => ({
        name: node,
        op,
        kind: op === "Input" ? ("input" as const) : ("integer" as const),
      })),
      { name: "nms", op: "NonMaxSuppression", kind: "float" as const },
    ],
    edges: [...edges, ...skips, [layers.length - 1, layers.length]],
  };
}

function rerunOf(layers: readonly ReportLayer[]): Report["rerun"] {
  const mixed = layers.filter(({ op }) => op !== "Input");
  // What an Add joins must be of one width; the first one's are a layer and the input, which no rule ties.
  const adds = mixed.filter(({ op }) => op === "Add").slice(1);
  return {
    command: "Knight --chip TX5368AV200 quant -m net.onnx -d images -qm kl",
    mix: Object.fromEntries(
      mixed.map(({ node, bits, observer }) => [node, { bitwidth: bits, mode: observer }]),
    ),
    together: adds.map(({ index }) => [layers[index - 4]!.node, layers[index - 1]!.node]),
    scales: Object.fromEntries(
      layers.map(({ value, scale, bits, histogram }) => [
        value,
        { scale, bits, threshold: histogram!.thresholds["8"].kl },
      ]),
    ),
  };
}

/** A report of a network that nobody has, with figures of the right kind. */
export function madeReport(count = 21): Report {
  const layers = layersOf(count, generator(7));
  const rerun = rerunOf(layers);
  const worst = layers.find(({ rank }) => rank === 0)!;
  return {
    version: 1,
    model: "models/net.onnx",
    tool: "Knight Quant 0.1.0",
    verdict: {
      chip: "TX5368AV200",
      bits: 8,
      observer: "kl",
      calibration: "256 samples",
      float: 91.7,
      fixed: 91.2,
      loss: 0.545,
      measure: null,
      figures: [{ name: "Top-5", float: 99.5, fixed: 99.25 }],
      outputs: [{ name: "logits", cosine: 0.9981, sqnrDb: 24.3 }],
      floatBytes: 1_100_000,
      fixedBytes: 290_000,
      integerNodes: count - 1,
      floatNodes: 1,
      milliseconds: 5230,
      peakBytes: 312_000_000,
    },
    layers,
    floatLayers: [{ node: "nms", op: "NonMaxSuppression", reason: "the chip has no integer form of it" }],
    graph: graphOf(layers),
    advice: [
      {
        node: worst.node,
        kind: "observer",
        why: "4 % of its values are clipped; min_max would keep them, and is expected to bring 3.1 dB.",
        command: `${rerun.command} -mc net_advice.json`,
        file: { name: "net_advice.json", text: "{}\n" },
      },
      {
        node: layers[3]!.node,
        kind: "data",
        why: "Its range still grew in the last batch: more data would settle it.",
        command: `${rerun.command} -i 8`,
      },
    ],
    rerun,
    warnings: ["The data are random: give -d."],
  };
}
