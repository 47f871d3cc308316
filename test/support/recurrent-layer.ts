import type { Attribute } from "../../core-ts/graph/graph.ts";
import { normals, random } from "./numbers.ts";
import { attr, type OneOp } from "./one-op.ts";

const next = random(5);
/** Steps, samples, features, hidden units. */
export const [T, N, I, H] = [20, 2, 12, 16];
export const X = [T, N, I];
/** Normal numbers. */
export const w = (dims: number[], spread = 0.3) => normals(dims, next, spread);

export interface Layer {
  readonly directions?: number;
  readonly attrs?: Readonly<Record<string, Attribute>>;
  /** Inputs from sequence_lens on. */
  readonly more?: OneOp["inputs"];
  readonly spread?: number;
  readonly bias?: boolean;
}

const GATES = { LSTM: 4, GRU: 3, RNN: 1 } as const;

/** A recurrent layer of random weights, biases of 0.3. */
export function layer(
  op: keyof typeof GATES,
  { directions = 1, attrs = {}, more = [], spread, bias = true }: Layer = {},
): OneOp {
  const rows = GATES[op] * H;
  const direction: Record<string, Attribute> =
    directions === 2 ? { direction: attr.string("bidirectional") } : {};
  return {
    op,
    inputs: [
      X,
      w([directions, rows, I], spread),
      w([directions, rows, H], spread),
      bias ? w([directions, 2 * rows]) : null,
      ...more,
    ],
    attrs: { hidden_size: attr.int(H), ...direction, ...attrs },
    outputs: op === "LSTM" ? 3 : 2,
  };
}
