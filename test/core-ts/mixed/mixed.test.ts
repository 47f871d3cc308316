import { describe, expect, it } from "vitest";
import { findChip } from "../../../core-ts/chips/index.ts";
import { ConfigError } from "../../../core-ts/errors.ts";
import { mixOf, quantizedNodes } from "../../../core-ts/mixed/nodes.ts";
import { violations } from "../../../core-ts/mixed/rules.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { prepare } from "../../../core-ts/pipeline.ts";
import { makePlan } from "../../../core-ts/plan/make-plan.ts";
import type { Precision } from "../../../core-ts/plan/options.ts";
import { webBackend } from "../../support/backends.ts";
import { random } from "../../support/numbers.ts";
import { buildModel } from "../../support/text-model.ts";
import { NET } from "./net.ts";
import { BASE, host, quantized } from "./quantized.ts";

const NAMES = ["node_c1", "node_c2", "node_s", "node_t", "node_j", "node_y"];
const all = (bits: 8 | 16) => new Map(NAMES.map((name) => [name, { bits, mode: "min_max" } as const]));

describe("a mix", () => {
  it("names the nodes that have a scale of their own, as the plan has them", async () => {
    const { prepared } = await quantized(NET, new Map([["node_c2", { bits: 16, mode: "kl" }]]));
    expect(quantizedNodes(prepared.plan).map(({ node }) => node.name)).toEqual(NAMES);
    expect(mixOf(prepared.plan).get("node_c2")).toEqual({ bits: 16, mode: "kl" });
    expect(mixOf(prepared.plan).get("node_y")).toEqual({ bits: 8, mode: "min_max" });
  });

  it("gets its integers in any mixture, the same in both runtimes", async () => {
    const draw = random(11);
    for (let k = 0; k < 12; k++) {
      const mix = new Map(
        NAMES.map((name) => [
          name,
          { bits: draw() < 0.5 ? 8 : 16, mode: draw() < 0.5 ? "kl" : "mse" } as const,
        ]),
      );
      const { integers, answers, prepared, sqnr } = await quantized(NET, mix, k % 2 ? "generic" : BASE.chip);
      expect(mixOf(prepared.plan)).toEqual(mix);
      expect(await answers(webBackend())).toEqual(integers);
      // The whole net has 30 dB at 8 bit; any mixture has that, less what clipping by kl may cost on eight samples.
      expect(sqnr).toBeGreaterThan(25);
    }
  });

  it("of 16 bit everywhere equals 16 bit, of 8 bit everywhere 8 bit", async () => {
    const [eight, sixteen] = [await quantized(NET, all(8)), await quantized(NET, all(16))];
    expect(eight.sqnr).toBeLessThan(45);
    expect(sixteen.sqnr).toBeGreaterThan(65);
  });

  it("loses no more at a border from 16 to 8 bit than 8 bit itself loses", async () => {
    const eight = await quantized(NET, all(8));
    for (const name of NAMES.slice(0, -1)) {
      const { sqnr } = await quantized(NET, new Map([[name, { bits: 16, mode: "min_max" }]]));
      expect(sqnr, name).toBeGreaterThan(eight.sqnr - 1.5);
    }
  });

  it("asks no chip for what it has not", () => {
    const options = { chip: findChip("TX5105C"), bits: 8, observer: "kl", lutLength: 10 } as const;
    const mix = new Map([["node_c1", { bits: 16, mode: "kl" } as const]]);
    expect(() => makePlan(buildModel(NET).graph, { ...options, mix })).toThrow(ConfigError);
  });
});

describe("the manual's rules", () => {
  const wide = (...names: string[]) => {
    const mix = all(8) as Map<string, Precision>;
    for (const name of names) mix.set(name, { bits: 16, mode: "kl" });
    return mix;
  };
  const messages = async (mix: ReadonlyMap<string, Precision>, op?: [string, string]) => {
    const { plan } = await prepare(writeModel(buildModel(NET)), BASE, await host());
    const nodes = plan.nodes.map((one) =>
      one.node.name === op?.[0] ? { ...one, node: { ...one.node, op: op[1] } } : one,
    );
    return violations({ ...plan, nodes }, mix).map(
      ({ node, rule, message }) => `${rule} ${node}: ${message}`,
    );
  };

  it("find nothing wrong in one width, nor in a border without a choice", async () => {
    expect(await messages(all(16))).toEqual([]);
    expect(await messages(wide("node_y"))).toEqual([]);
  });

  it("7: inputs of one node have one width, also behind nodes that only hand integers on", async () => {
    expect(await messages(wide("node_c1"))).toEqual([
      "7 node_s: its inputs differ in width: node_c2 (8 bit), node_c1 (16 bit); give these nodes the same bitwidth",
    ]);
    expect(await messages(wide("node_t"))).toEqual([
      "7 node_j: its inputs differ in width: node_s (8 bit), node_t (16 bit); give these nodes the same bitwidth",
    ]);
  });

  it("5 and 6: recurrent ops, LayerNormalization and Abs have the width of their neighbours", async () => {
    expect(await messages(wide("node_y"), ["node_y", "LSTM"])).toEqual([
      "5 node_y: it is bound to the width of its neighbours and has 16 bit, unlike its neighbours node_j (8 bit); give them the same bitwidth",
    ]);
    expect((await messages(wide("node_y"), ["node_j", "Abs"]))[0]).toMatch(
      /^6 node_j: it has no mixed quantization/,
    );
  });

  it("8: a Concat behind such an op is no wider than its other neighbours", async () => {
    const found = await messages(wide("node_s", "node_t", "node_j"), ["node_t", "LSTM"]);
    expect(found.find((one) => one.startsWith("8"))).toMatch(
      /^8 node_j: .* has 16 bit, more than node_y \(8 bit\)/,
    );
  });
});
