/** Relu, Relu6 or Clip behind an op, seen as the saturation bounds of that op. An analysis: the float graph keeps the node (docs/decisions.md). */
import type { GraphIndex } from "../graph/edit.ts";
import type { Node } from "../graph/graph.ts";
import { toNumbers } from "../tensor/tensor.ts";

export interface FusedActivation {
  readonly node: Node;
  /** The value behind the activation. */
  readonly output: string;
  /** Bounds in real units; ±Infinity where there is none. */
  readonly lower: number;
  readonly upper: number;
}

function bound(index: GraphIndex, value: string | undefined, absent: number): number | undefined {
  if (!value) return absent;
  const constant = index.graph.initializers.get(value);
  return constant ? toNumbers(constant)[0] : undefined;
}

/** The activation that alone reads the node's only output, if its bounds are constant and in order. */
export function fusedActivation(index: GraphIndex, node: Node): FusedActivation | undefined {
  const value = node.outputs[0]!;
  const reader = node.outputs.length === 1 ? index.onlyConsumer(value) : undefined;
  if (reader?.domain !== "" || reader.inputs[0] !== value) return undefined;
  const output = reader.outputs[0]!;
  if (reader.op === "Relu") return { node: reader, output, lower: 0, upper: Number.POSITIVE_INFINITY };
  if (reader.op !== "Clip") return undefined;
  const lower = bound(index, reader.inputs[1], Number.NEGATIVE_INFINITY);
  const upper = bound(index, reader.inputs[2], Number.POSITIVE_INFINITY);
  if (lower === undefined || upper === undefined || !(lower <= upper)) return undefined;
  return { node: reader, output, lower, upper };
}
