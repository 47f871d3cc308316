import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { mixOf, quantizedNodes } from "../../../core-ts/mixed/nodes.ts";
import type { Precision } from "../../../core-ts/plan/options.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { webBackend } from "../../support/backends.ts";
import { normals, random } from "../../support/numbers.ts";
import type { ModelText, NodeText } from "../../support/text-model.ts";
import { quantized } from "./quantized.ts";

/** A graph of values [1, 4, 6, 6]: convolutions, sums, joins, tables and ops that hand integers on, which read any earlier value. */
function randomNet(next: () => number): ModelText {
  const constants: Record<string, Tensor> = {};
  const nodes: NodeText[] = [];
  const values = ["x"];
  const any = () => values[Math.floor(next() * values.length)]!;
  const conv = (output: string, input: string, channels: number) => {
    constants[`w_${output}`] = normals([4, channels, 1, 1], next, 0.5);
    nodes.push([output, "Conv", `${input} w_${output}`]);
  };
  const pool = { kernel_shape: attr.ints([3, 3]), pads: attr.ints([1, 1, 1, 1]) };
  const makers: ((output: string) => void)[] = [
    (output) => conv(output, any(), 4),
    (output) => void nodes.push([output, "Add", `${any()} ${any()}`]),
    (output) => void nodes.push([output, "Sigmoid", any()]),
    (output) => void nodes.push([output, "Relu", any()]),
    (output) => void nodes.push([output, "MaxPool", any(), pool]),
    (output) => void nodes.push([output, "Transpose", any(), { perm: attr.ints([0, 1, 3, 2]) }]),
    (output) => {
      nodes.push([`${output}_joined`, "Concat", `${any()} ${any()}`, { axis: attr.int(1) }]);
      conv(output, `${output}_joined`, 8);
    },
  ];
  for (let i = 0; i < 7; i++) {
    makers[Math.floor(next() * makers.length)]!(`v${i}`);
    values.push(`v${i}`);
  }
  // The last value depends on all that were read by no one else, so that nothing is dead.
  const read = new Set(nodes.flatMap(([, , inputs]) => inputs.split(" ")));
  const loose = values.filter((name) => !read.has(name));
  const total = loose.reduce((left, right, i) => {
    nodes.push([`sum${i}`, "Add", `${left} ${right}`]);
    return `sum${i}`;
  });
  conv("y", total, 4);
  return { inputs: { x: [1, 4, 6, 6] }, constants, nodes, outputs: "y" };
}

describe("random mixes of random graphs", () => {
  it.each([1, 2, 3, 4, 5, 6])(
    "graph %i: the same integers in both runtimes, no worse than 8 bit",
    async (seed) => {
      const next = random(seed);
      const net = randomNet(next);
      const eight = await quantized(net, new Map());
      const precision = (): Precision => ({ bits: next() < 0.5 ? 8 : 16, mode: "min_max" });
      const names = quantizedNodes(eight.prepared.plan).map(({ node }) => node.name);
      const mix = new Map(names.map((name) => [name, precision()]));
      const mixed = await quantized(net, mix);
      expect(mixOf(mixed.prepared.plan)).toEqual(mix);
      expect(await mixed.answers(webBackend())).toEqual(mixed.integers);
      // A border rounds once more where an 8-bit node reads what has 16 bit: a tie of roundings, worth less than 2 dB.
      expect(mixed.sqnr).toBeGreaterThan(eight.sqnr - 2);
      const sixteen = await quantized(
        net,
        new Map(names.map((name) => [name, { bits: 16, mode: "min_max" }])),
      );
      // 8 more bits are 48 dB, less the one of headroom, and 16-bit tables that interpolate.
      expect(sixteen.sqnr).toBeGreaterThan(eight.sqnr + 25);
    },
  );
});
