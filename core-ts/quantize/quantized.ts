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
  readonly integers: IntValue;
}

/** What an output of the written model holds. */
export type OutputForm =
  /** Integers held as float32; real = scale · value. */
  | "integer"
  /** Real numbers. */
  | "real"
  /** Anything that is not quantized: indices, shapes. */
  | "other";

/** The integer model before it is serialized. */
export interface QuantizedGraph {
  readonly graph: Graph;
  readonly plan: QuantPlan;
  /** By tensor name of the written model; every quantized output is there under its own name too. */
  readonly scales: ReadonlyMap<string, ScaleEntry>;
  readonly outputs: ReadonlyMap<string, OutputForm>;
  readonly layers: readonly QuantizedLayer[];
  /** Sentences about nodes that lose precision. */
  readonly warnings: readonly string[];
}
