import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { mixOf } from "../../../core-ts/mixed/nodes.ts";
import type { Precision } from "../../../core-ts/plan/options.ts";
import { ownPlan } from "../../../core-ts/plan/plan.ts";
import { normals, random } from "../../support/numbers.ts";
import type { ModelText } from "../../support/text-model.ts";
import { quantized } from "./quantized.ts";

const next = random(3);
const w = (...dims: number[]) => normals(dims, next, 0.3);
const LOW: Precision = { bits: 8, mode: "kl" };
const HIGH: Precision = { bits: 16, mode: "min_max" };

const behind = (op: string, attrs: NonNullable<ModelText["nodes"][number][3]>): ModelText => ({
  inputs: { x: [1, 3, 8, 8] },
  constants: { w1: w(4, 3, 1, 1) },
  nodes: [
    ["t", op, "x", attrs],
    ["y", "Conv", "t w1"],
  ],
  outputs: "y",
});

const FORK: ModelText = {
  inputs: { x: [1, 3, 8, 8] },
  constants: { w1: w(4, 3, 1, 1), w2: w(4, 3, 1, 1) },
  nodes: [
    ["y", "Conv", "x w1"],
    ["z", "Conv", "x w2"],
  ],
  outputs: "y z",
};

const INDEX: ModelText = {
  inputs: { x: [1, 3, 8, 8] },
  constants: { w1: w(4, 3, 1, 1) },
  nodes: [
    ["a", "Conv", "x w1"],
    ["y", "ArgMax", "a", { axis: attr.int(1) }],
  ],
  outputs: "y",
};

describe("a value that no integer op makes", () => {
  it.each([
    ["MaxPool", { kernel_shape: attr.ints([2, 2]) }],
    ["Transpose", { perm: attr.ints([0, 1, 3, 2]) }],
  ])("has the precision of who reads it behind %s, which only hands integers on", async (op, attrs) => {
    const { prepared, sqnr } = await quantized(behind(op, attrs), new Map([["node_y", HIGH]]));
    expect(ownPlan(prepared.plan, "x")).toMatchObject({ bits: 16, observer: "min_max" });
    // 8-bit integers in the place of x would leave 40 dB.
    expect(sqnr).toBeGreaterThan(65);
  });

  it.each([
    ["node_y", "node_z"],
    ["node_z", "node_y"],
  ])("has 16 bit where only %s has, in either order", async (wide, narrow) => {
    const mix = new Map([
      [wide, HIGH],
      [narrow, LOW],
    ]);
    const { sqnr, prepared } = await quantized(FORK, mix, undefined, wide.slice(-1));
    expect(ownPlan(prepared.plan, "x")).toMatchObject({ bits: 16, observer: "min_max" });
    expect(sqnr).toBeGreaterThan(65);
  });

  it("has the observer of its reader", async () => {
    const { prepared } = await quantized(
      FORK,
      new Map([
        ["node_y", LOW],
        ["node_z", LOW],
      ]),
    );
    expect(ownPlan(prepared.plan, "x")).toMatchObject({ bits: 8, observer: "kl" });
  });
});

describe("ArgMax", () => {
  it("has no precision of its own and reads what is there, without a requantize", async () => {
    for (const one of [LOW, HIGH]) {
      const { prepared, model } = await quantized(INDEX, new Map([["node_a", one]]));
      expect([...mixOf(prepared.plan).keys()]).toEqual(["node_a"]);
      expect(model.quantized.graph.nodes.map(({ op }) => op)).not.toContain("Requantize");
    }
  });
});
