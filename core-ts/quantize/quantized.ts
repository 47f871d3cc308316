import type { BitWidth } from "../chips/index.ts";
import type { Graph } from "../graph/graph.ts";
import type { IntValue } from "../ops/record.ts";
import type { NodePlan, QuantPlan } from "../plan/plan.ts";

/** Scale of one tensor of the written model. */
export interface ScaleEntry {
  readonly scale: number;
  readonly bits: BitWidth;
  /** Largest real value the integers stand for. */
  readonly threshold: number;
}

/** A value of the float graph and the integers that stand for it. */
export interface QuantizedLayer {
  readonly plan: Extract<NodePlan, { kind: "integer" }>;
  /** Name in the float graph. */
  readonly value: string;
  /** The tensor of the written model that stands for it. */
  readonly integers: IntValue;
  /** That tensor holds the real numbers the integers mean, as a QDQ model's does. */
  readonly isReal?: boolean;
}

/** What an output of the written model holds. */
export type OutputForm =
  /** Integers held as float32; real = scale · value. */
  | "integer"
  /** Real numbers. */
  | "real"
  /** Anything that is not quantized: indices, shapes. */
  | "other";

/** Weights and bias of a linear node as integers, and the scales they are on, one per output channel. */
export interface DescribedWeights {
  /** Initializer of the integer graph. */
  readonly weight: string;
  readonly scales: Float64Array;
  /** Int32, on s_x·s_w or, at 16 bit, on powers of two. */
  readonly bias: { readonly integers: Int32Array; readonly scales: Float64Array };
}

/** What numbers mean, for a form of the model that keeps the float graph (emit/qdq.ts). */
export interface Meaning {
  /** Every quantized value of the float graph: type and scale of the integers that stand for it. */
  readonly values: ReadonlyMap<string, IntValue>;
  /** What a node of another width than its input's reads, by "node name/input index". */
  readonly borders: ReadonlyMap<string, IntValue>;
  /** By node name. */
  readonly weights: ReadonlyMap<string, DescribedWeights>;
  /** Constants that are no weights, by name and width ("c/8"): their initializer in the integer graph. */
  readonly constants: ReadonlyMap<string, IntValue>;
}

/** The integer model before it is serialized. */
export interface QuantizedGraph {
  readonly graph: Graph;
  readonly plan: QuantPlan;
  /** By tensor name of the written model; every quantized output is there under its own name too. */
  readonly scales: ReadonlyMap<string, ScaleEntry>;
  readonly outputs: ReadonlyMap<string, OutputForm>;
  readonly layers: readonly QuantizedLayer[];
  readonly meaning: Meaning;
  /** Sentences about nodes that lose precision. */
  readonly warnings: readonly string[];
}
