import type { BitWidth, Chip } from "../chips/index.ts";
import type { IntegerInputs } from "../edges/input-types.ts";
import type { ObserverName } from "../observers/index.ts";
import type { KnownQuantization } from "../qdq/known.ts";

/** Width and observer of one node. */
export interface Precision {
  readonly bits: BitWidth;
  readonly mode: ObserverName;
}

/** Node name → its precision, where that differs from the model's. */
export type Mix = ReadonlyMap<string, Precision>;

/** What the plan depends on besides the graph. */
export interface PlanOptions {
  readonly chip: Chip;
  readonly bits: BitWidth;
  readonly observer: ObserverName;
  /** Nodes with a precision of their own; none when absent. */
  readonly mix?: Mix | undefined;
  /** Nodes that stay float although they need not, with the activations they would carry; none when absent. */
  readonly floatNodes?: ReadonlySet<string> | undefined;
  /** log2 of the entries of 16-bit tables, 8..12. */
  readonly lutLength: number;
  /** Inputs that take integers (-qid); none when absent. */
  readonly inputTypes?: IntegerInputs;
  /** Inputs of a Concat share one scale (-uis); false when absent. */
  readonly unifyScales?: boolean | undefined;
  /** Largest magnitude at the input and output of LayerNormalization (-lt); no bound when absent. */
  readonly layerThreshold?: number | undefined;
  /** What a QDQ model says of its own scales; absent for a float model. */
  readonly known?: KnownQuantization;
}
