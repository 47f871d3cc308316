import { describe, expect, it } from "vitest";
import { hawqMix, type Sensitivity } from "../../../core-ts/mixed/index.ts";
import { tiedGroups } from "../../../core-ts/mixed/strategies.ts";
import type { Mix } from "../../../core-ts/plan/options.ts";
import { random } from "../../support/numbers.ts";
import { measured } from "./measured.ts";

const MODES = { low: "kl", high: "min_max" } as const;
const wide = (mix: Mix) => [...mix].filter(([, { bits }]) => bits === 16).map(([name]) => name);

/** The predicted loss, written out: an 8-bit node rounds its weights and output, and takes its operands at 8 bit. */
function lossOf(found: readonly Sensitivity[], high: ReadonlySet<string>): number {
  let total = 0;
  for (const { node, trace, error, uses } of found) {
    const isLow = node !== undefined && !high.has(node);
    if (isLow) total += trace * error.weights;
    for (const { readers, share } of uses)
      for (const reader of readers)
        if (isLow || (reader !== undefined && !high.has(reader)))
          total += (trace * error.output * share) / readers.length;
  }
  return total;
}

describe("hawqMix", () => {
  it("never passes the count, and keeps tied nodes at one width", async () => {
    const { prepared, found } = await measured();
    expect(tiedGroups(prepared.plan)).toEqual([
      ["node_c1", "node_c2"],
      ["node_s", "node_t"],
      ["node_j"],
      ["node_y"],
    ]);
    for (let count = 0; count <= 6; count++) {
      const mix = hawqMix(prepared.plan, found, count, MODES);
      const high = [...mix].filter(([, { bits }]) => bits === 16).map(([name]) => name);
      expect(high.length).toBeLessThanOrEqual(count);
      for (const group of tiedGroups(prepared.plan))
        expect(new Set(group.map((name) => mix.get(name)!.bits)).size).toBe(1);
    }
  });

  it("keeps a region whole where the outputs are sensitive to its first node only", async () => {
    const { prepared, found } = await measured();
    const flat = found.map((one) => ({
      ...one,
      trace: 1,
      error: { output: one.node === "node_s" ? 100 : 1, weights: 0 },
    }));
    const mix = hawqMix(prepared.plan, flat, 3, MODES);
    // node_s is read by node_j: its rounding is spared only if both are wide; node_t is tied to node_s.
    expect([...mix].filter(([, { bits }]) => bits === 16).map(([name]) => name)).toEqual([
      "node_s",
      "node_t",
      "node_j",
    ]);
  });

  it("loses as little as the best of all choices", async () => {
    const { prepared, found } = await measured();
    const groups = tiedGroups(prepared.plan);
    const next = random(5);
    for (let k = 0; k < 20; k++) {
      // Sensitivities over three decades, so that the best choice differs from case to case.
      const drawn = found.map((one) => ({ ...one, trace: 1000 ** next() }));
      for (let count = 1; count < 6; count++) {
        const choices = Array.from({ length: 1 << groups.length }, (_, bits) =>
          groups.filter((_, i) => bits & (1 << i)).flat(),
        ).filter((nodes) => nodes.length <= count);
        const least = Math.min(...choices.map((nodes) => lossOf(drawn, new Set(nodes))));
        const chosen = lossOf(drawn, new Set(wide(hawqMix(prepared.plan, drawn, count, MODES))));
        // Exchanges of single groups may stop short of the best.
        expect(chosen / least).toBeLessThan(1.1);
      }
    }
  });
});
