import { describe, expect, it } from "vitest";
import { violations } from "../../../core-ts/mixed/rules.ts";
import {
  chooseHigh,
  endsFirst,
  highCount,
  rankedGroups,
  tiedGroups,
} from "../../../core-ts/mixed/strategies.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { prepare } from "../../../core-ts/pipeline.ts";
import type { Mix } from "../../../core-ts/plan/options.ts";
import type { QuantPlan } from "../../../core-ts/plan/plan.ts";
import { random } from "../../support/numbers.ts";
import { buildModel } from "../../support/text-model.ts";
import { NET } from "./net.ts";
import { BASE, host } from "./quantized.ts";

const MODES = { low: "kl", high: "min_max" } as const;
const wide = (mix: Mix) => [...mix].filter(([, { bits }]) => bits === 16).map(([name]) => name);

/** The plan of NET, one node's op replaced by one that has no integer form yet. */
async function planWith(node?: string, op = ""): Promise<QuantPlan> {
  const { plan } = await prepare(writeModel(buildModel(NET)), BASE, await host());
  const nodes = plan.nodes.map((one) =>
    one.node.name === node ? { ...one, node: { ...one.node, op } } : one,
  );
  return { ...plan, nodes };
}

describe("choices", () => {
  it.each([
    [undefined, ""],
    ["node_t", "LSTM"],
    ["node_j", "Abs"],
    ["node_y", "LayerNormalization"],
    ["node_c2", "GRU"],
  ])("break no rule, whatever is high (%s as %s)", async (node, op) => {
    const plan = await planWith(node, op);
    const next = random(9);
    for (let k = 0; k < 20; k++) {
      const mix = chooseHigh(plan, rankedGroups(plan, next), k % 7, MODES);
      expect(violations(plan, mix)).toEqual([]);
      expect(wide(mix).length).toBeLessThanOrEqual(k % 7);
    }
  });

  it("tie what the rules tie: inputs of a node, neighbours of recurrent ops, what stands behind their Concat", async () => {
    expect(tiedGroups(await planWith("node_t", "LSTM"))).toEqual([
      ["node_c1", "node_c2", "node_s", "node_t", "node_j", "node_y"],
    ]);
    expect(tiedGroups(await planWith("node_j", "Abs"))).toEqual([
      ["node_c1", "node_c2"],
      ["node_s", "node_t", "node_j", "node_y"],
    ]);
  });

  it("IOhigh: both ends before the middle", async () => {
    const plan = await planWith();
    expect(endsFirst(plan)[0]).toEqual(["node_y"]);
    expect(wide(chooseHigh(plan, endsFirst(plan), highCount(plan, 0.5), MODES))).toEqual([
      "node_c1",
      "node_c2",
      "node_y",
    ]);
  });

  it.each([
    [0.5, 3],
    [1, 0],
    [0.01, 6],
  ])("ratio %d of 8 bit leaves %i of 6 nodes", async (ratio, count) => {
    expect(highCount(await planWith(), ratio)).toBe(count);
  });
});
