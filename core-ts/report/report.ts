import type { BitWidth } from "../chips/index.ts";
import type { ObserverName } from "../observers/index.ts";

/** Names of the two widths, as keys of JSON. */
export type Width = "8" | "16";

/** What a quantization did, as written to `{name}_report.json` and shown by `{name}_report.html`. Only what JSON holds. */
export interface Report {
  /** Of this form; raised when a reader of an older one would misread it. */
  readonly version: 1;
  readonly model: string;
  readonly tool: string;
  readonly verdict: Verdict;
  /** Model inputs that are quantized, then integer layers in topological order. */
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
  /** What was measured besides, in percent: top-5, mAP. */
  readonly figures: readonly {
    readonly name: string;
    readonly float: number | null;
    readonly fixed: number | null;
  }[];
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
  /** Position in this list. */
  readonly index: number;
  /** Place by damage, 0 the worst: the noise a layer adds itself, relative to its signal; where that is unknown, all the noise it has. */
  readonly rank: number;
  /** Name of a node of `graph`; a model input's own name. */
  readonly node: string;
  /** "Input" for a model input, which no mixed precision names. */
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
  /**
   * What this layer alone does to clean inputs, measured: its integers against the float layer, both fed with the float values rounded to their
   * grids. Holds rounding and clipping of the output, rounding of weights, multipliers and tables. null where nothing was run; sqnrDb null: exact.
   */
  readonly own: { readonly sqnrDb: number | null } | null;
  /** Share of the float values beyond the grid, 0..1; null without statistics. */
  readonly clipped: number | null;
  /** null for a scale that is shared, and where nothing was run. */
  readonly histogram: LayerHistogram | null;
  readonly weights: WeightReport | null;
}

/** Float values of a layer's output, in bins of equal width from `low` to `high`. */
export interface LayerHistogram {
  /** Calibration: all its data. Comparison: scales were given (-lsj, QDQ), and these are the batches on which float and quantized model were compared. */
  readonly source: "calibration" | "comparison";
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
  readonly min: number;
  readonly max: number;
  /** Exact zeros, part of the counts. */
  readonly zeros: number;
  /** What each observer would choose, by width: magnitude of the largest integer. At 16 bit with the headroom of that width. */
  readonly thresholds: Readonly<Record<Width, Readonly<Record<ObserverName, number>>>>;
  /** Expected SQNR in dB of rounding and clipping alone at thresholds that fall by a constant factor from `curve.highest`. */
  readonly curve: ErrorCurve;
}

/** sqnrDb[bits][i] belongs to threshold highest · ratio^i; from the full histogram, so finer than the counts. */
export interface ErrorCurve {
  readonly highest: number;
  readonly ratio: number;
  readonly sqnrDb: Readonly<Record<Width, readonly number[]>>;
}

/** Weights per output channel: largest magnitude, and SQNR of rounding them (null: exact). */
export interface WeightReport {
  readonly name: string;
  readonly channels: number;
  /** Neighbouring channels that one entry stands for, the worst of them; 1 but in very wide layers. */
  readonly perEntry: number;
  readonly largest: readonly number[];
  readonly sqnrDb: readonly (number | null)[];
}

/** Model inputs, nodes and edges, enough to draw the graph. */
export interface ReportGraph {
  readonly nodes: readonly {
    readonly name: string;
    readonly op: string;
    readonly kind: "input" | "integer" | "float" | "absorbed";
  }[];
  /** Indices into `nodes`. */
  readonly edges: readonly (readonly [from: number, to: number])[];
}

export interface Advice {
  readonly node: string;
  readonly kind: "raise" | "observer" | "scale" | "data" | "exclude";
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
