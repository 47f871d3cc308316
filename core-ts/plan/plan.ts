import type { BitWidth, Chip } from "../chips/index.ts";
import type { IntegerInputs } from "../edges/input-types.ts";
import type { Node } from "../graph/graph.ts";
import type { ObserverName } from "../observers/index.ts";
import type { KnownQuantization } from "../qdq/known.ts";

/** How one value is held in the fixed-point model. */
export type ValuePlan =
  /** A scale of its own, found by the observer unless it is known beforehand. */
  | {
      readonly kind: "own";
      readonly bits: BitWidth;
      readonly signed: boolean;
      readonly observer: ObserverName;
      readonly scale?: number;
      /** Largest magnitude it is to hold, whatever the observer finds (-lt); absent: no bound. */
      readonly limit?: number;
    }
  /** The integers and the scale of another value, only moved. */
  | { readonly kind: "shared"; readonly with: string }
  /** A constant that becomes integers together with the op that reads it. */
  | { readonly kind: "derived"; readonly from: string }
  /** Not quantized. */
  | { readonly kind: "float"; readonly because: string };

/** Saturation bounds a Relu, Relu6 or Clip puts on the op it is fused with, in real units. */
export interface ActivationBounds {
  readonly node: string;
  readonly lower: number;
  readonly upper: number;
}

export type NodePlan =
  | {
      readonly kind: "integer";
      readonly node: Node;
      readonly bits: BitWidth;
      readonly activation: ActivationBounds | undefined;
      /** Output names after the activation, if one is fused. */
      readonly outputs: readonly string[];
    }
  /** An activation that its producer carries as saturation bounds. */
  | { readonly kind: "absorbed"; readonly node: Node; readonly into: string }
  | { readonly kind: "float"; readonly node: Node; readonly because: string };

export interface QuantPlan {
  readonly chip: Chip;
  readonly nodes: readonly NodePlan[];
  readonly values: ReadonlyMap<string, ValuePlan>;
  /** Entries of the tables of 16-bit activations: 2^lutLength + 1. */
  readonly lutLength: number;
  /** What a QDQ model says of its own scales; absent for a float model. */
  readonly known?: KnownQuantization;
  /** Model inputs that take integers as they are, scale 1; all others take float32. */
  readonly inputTypes?: IntegerInputs;
  /** Values that share the scale of another one which they do not come from → that one, whose statistics theirs are part of. */
  readonly unified?: ReadonlyMap<string, string>;
}

/** The value whose scale this one has, or undefined when it is not an integer value. */
export function scaleOwner(plan: Pick<QuantPlan, "values">, value: string): string | undefined {
  let name = value;
  for (;;) {
    const found = plan.values.get(name);
    if (found?.kind === "own") return name;
    if (found?.kind !== "shared") return undefined;
    name = found.with;
  }
}

/** The own plan of a value's scale owner. */
export function ownPlan(
  plan: Pick<QuantPlan, "values">,
  value: string,
): Extract<ValuePlan, { kind: "own" }> | undefined {
  const owner = scaleOwner(plan, value);
  const found = owner === undefined ? undefined : plan.values.get(owner);
  return found?.kind === "own" ? found : undefined;
}

/** A node that stays float, and why. */
export interface FloatLayer {
  readonly node: string;
  readonly op: string;
  readonly reason: string;
}

/** What the plan leaves in float, in topological order. */
export function floatLayers(plan: Pick<QuantPlan, "nodes">): FloatLayer[] {
  return plan.nodes.flatMap((node) =>
    node.kind === "float" ? [{ node: node.node.name, op: node.node.op, reason: node.because }] : [],
  );
}
