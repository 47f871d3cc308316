/**
 * Scales of values that were zero throughout calibration: 1 (spec/fixed-point-ir.md), unless multipliers can't reach from it or to it (chooseMultiplier).
 * Then such a value gets the finest scale of what is computed from it; a coarser one, still within reach from there, where what it is computed from asks
 * for that.
 */
import { type QuantPlan, scaleOwner } from "../plan/plan.ts";
import { powerOfTwo } from "../power-of-two.ts";

/** How far a factor may be from 1: half of what a multiplier holds. */
const REACH = powerOfTwo(14);

/** `zeros` are owners of scales; `scales` has those of all owners, and gets theirs. */
export function fitScalesOfZeros(
  plan: Pick<QuantPlan, "nodes" | "values">,
  zeros: ReadonlySet<string>,
  scales: Map<string, number>,
): void {
  const finest = new Map<string, number>();
  const owners = (names: readonly string[]) => names.flatMap((name) => scaleOwner(plan, name) ?? []);
  const left = new Set(zeros);
  const settle = (value: string, sources: readonly string[]) => {
    const wanted = finest.get(value);
    if (!left.delete(value) || wanted === undefined) return;
    const largest = Math.max(0, ...sources.filter((one) => !zeros.has(one)).map((one) => scales.get(one)!));
    if (wanted * REACH >= 1 && largest <= REACH) return;
    scales.set(value, Math.fround(Math.max(wanted, Math.min(wanted * REACH, largest / REACH))));
  };
  // From the back: a value's readers stand behind what makes it.
  for (const part of [...plan.nodes].reverse()) {
    if (part.kind !== "integer") continue;
    const [sources, results] = [owners(part.node.inputs), owners(part.outputs)];
    const made = results.filter((one) => !sources.includes(one));
    for (const one of made) settle(one, sources);
    for (const source of sources) {
      for (const one of made)
        finest.set(source, Math.min(finest.get(source) ?? Number.POSITIVE_INFINITY, scales.get(one)!));
    }
  }
  // Of the model's inputs, and behind float ops.
  for (const value of left) settle(value, []);
}
