import type { BitWidth } from "../chips/index.ts";
import type { ObserverName } from "../observers/index.ts";

/** What a quantization did, as written to `{name}_report.json` and shown by `{name}_report.html`. Only what JSON holds. */
export interface Report {
  /** Of this form; raised when a reader of an older one would misread it. */
  readonly version: 1;
  readonly model: string;
  readonly tool: string;
  readonly verdict: Verdict;
  /** Integer layers in topological order. */
  readonly layers: readonly ReportLayer[];
  readonly floatLayers: readonly { readonly node: string; readonly op: string; readonly reason: string }[];
  readonly graph: ReportGraph;
  /** For the worst layers, most urgent first. */
  readonly advice: readonly Advice[];
  readonly rerun: Rerun;
  readonly warnings: readonly string[];
}

export interface Verdict {
  readonly chip: string;
  readonly bits: BitWidth | "mixed";
  readonly observer: ObserverName;
  readonly calibration: string;
  /** What the infer function returned; null where nothing was measured. */
  readonly float: number | null;
  readonly fixed: number | null;
  /** In percent; null where it is not defined. */
  readonly loss: number | null;
  /** Why `fixed` is no accuracy (random data, data without labels); null where it is the user's own measure. */
  readonly measure: string | null;
  /** Of each output of the model. null: exact. */
  readonly outputs: readonly {
    readonly name: string;
    readonly cosine: number;
    readonly sqnrDb: number | null;
  }[];
  readonly floatBytes: number;
  readonly fixedBytes: number;
  readonly integerNodes: number;
  readonly floatNodes: number;
  readonly milliseconds: number;
  /** Peak resident memory of the process; null where the host does not tell. */
  readonly peakBytes: number | null;
}

export interface ReportLayer {
  readonly index: number;
  readonly node: string;
  readonly op: string;
  /** The layer's output in the float model. */
  readonly value: string;
  readonly bits: BitWidth;
  readonly signed: boolean;
  readonly scale: number;
  readonly observer: ObserverName;
  /** The value whose scale this one shares; absent when the scale is its own. */
  readonly sharesWith?: string;
  /** Everything so far: the quantized model's value against the float model's. sqnrDb null: exact. */
  readonly total: { readonly cosine: number; readonly sqnrDb: number | null; readonly maxAbs: number };
  /** What this layer alone does to clean inputs: rounding and clipping of output and weights; null where it can't be told. */
  readonly own: { readonly sqnrDb: number | null } | null;
  /** Share of the float values beyond the grid, 0..1; null without statistics. */
  readonly clipped: number | null;
  /** null for a scale that was known beforehand. */
  readonly histogram: LayerHistogram | null;
  readonly weights: WeightReport | null;
}

/** Float values of a layer's output over the calibration data, in bins of equal width from `low` to `high`. */
export interface LayerHistogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
  readonly min: number;
  readonly max: number;
  /** Exact zeros, part of the counts. */
  readonly zeros: number;
  /** What each observer would choose: magnitude of the largest integer, for this grid. */
  readonly thresholds: Readonly<Record<ObserverName, number>>;
  /** Expected SQNR in dB of rounding and clipping alone at thresholds that fall by a constant factor from `curve.highest`. */
  readonly curve: ErrorCurve;
}

/** sqnrDb[bits][i] belongs to threshold highest · ratio^i; from the full histogram, so finer than the counts. */
export interface ErrorCurve {
  readonly highest: number;
  readonly ratio: number;
  readonly sqnrDb: Readonly<Record<"8" | "16", readonly number[]>>;
}

/** Weights per output channel: largest magnitude, and SQNR of rounding them (null: exact). */
export interface WeightReport {
  readonly name: string;
  readonly largest: readonly number[];
  readonly sqnrDb: readonly (number | null)[];
}

/** Nodes and edges by name, enough to draw the graph. */
export interface ReportGraph {
  readonly nodes: readonly {
    readonly name: string;
    readonly op: string;
    readonly kind: "integer" | "float" | "absorbed";
  }[];
  /** Indices into `nodes`. */
  readonly edges: readonly (readonly [from: number, to: number])[];
}

export interface Advice {
  readonly node: string;
  readonly kind: "raise" | "observer" | "equalise" | "data" | "exclude";
  /** What is wrong and why this helps. */
  readonly why: string;
  /** The command to run. */
  readonly command: string;
  /** A file the command needs, such as a mixed-precision JSON; absent when it needs none. */
  readonly file?: { readonly name: string; readonly text: string };
}

/** What the page completes when it writes a file with other choices: the command reads whole files only. */
export interface Rerun {
  /** The command of this run, without -mc, -lsj and -gsj. */
  readonly command: string;
  /** Width and observer of every quantized node, as -mc reads them; null where the chip has no mixed precision. */
  readonly mix: Readonly<Record<string, { readonly bitwidth: BitWidth; readonly mode: ObserverName }>> | null;
  /** Nodes which the rules of mixed precision hold to one width; those that stand alone are left out. */
  readonly together: readonly (readonly string[])[];
  /** By value, as -gsj writes them. */
  readonly scales: Readonly<
    Record<string, { readonly scale: number; readonly bits: BitWidth; readonly threshold: number }>
  >;
}
