import type { FixedOpName } from "../../../core-ts/fixed/index.ts";
import type { SolvedCase } from "../fixed-case.ts";
import { solve } from "../index.ts";
import { Random } from "../random.ts";
import { BLOCK_CASES } from "./blocks.ts";
import type { CaseMakers } from "./draw.ts";
import { ELEMENTWISE_CASES } from "./elementwise.ts";
import { FUNCTION_LIKE_CASES } from "./function-like.ts";
import { LINEAR_CASES } from "./linear.ts";
import { MOVEMENT_CASES } from "./movement.ts";
import { NORMALIZATION_CASES } from "./normalization.ts";
import { RECURRENT_CASES } from "./recurrent.ts";
import { REDUCTION_CASES } from "./reductions.ts";
import { SELECTION_CASES } from "./selection.ts";
import { TABLE_CASES } from "./tables.ts";
import { WINDOW_CASES } from "./window.ts";

/** Case generators of every op. */
export const CASES: CaseMakers = {
  ...BLOCK_CASES,
  ...ELEMENTWISE_CASES,
  ...FUNCTION_LIKE_CASES,
  ...LINEAR_CASES,
  ...MOVEMENT_CASES,
  ...NORMALIZATION_CASES,
  ...REDUCTION_CASES,
  ...SELECTION_CASES,
  ...TABLE_CASES,
  ...RECURRENT_CASES,
  ...WINDOW_CASES,
};

/** `count` cases of one op with their answers, the same ones every time. */
export function solvedCases(op: FixedOpName, count: number): SolvedCase[] {
  const maker = CASES[op];
  if (!maker) throw new Error(`no cases for ${op}`);
  return Array.from({ length: count }, (_, i) => {
    const seed = 1000 * i + [...op].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65521, 7);
    return solve({ name: `${op} #${i}`, op, ...maker(new Random(seed), i) });
  });
}
