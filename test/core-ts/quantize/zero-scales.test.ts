import { describe, expect, it } from "vitest";
import type { Feeds } from "../../../core-ts/backend.ts";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { graph, model, node, value } from "../../support/build-model.ts";
import { normals, random } from "../../support/numbers.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const DIMS = [1, 2, 4, 4];
const ATTRS: Record<string, Parameters<typeof node>[1]> = { Concat: { axis: attr.int(1) } };
const OPS = ["Add", "Sub", "Mul", "Concat", "Sum", "Mean"];

/** z and zz are zero: Relus, fused with products that are never positive. */
const net = (op: string, operands: string) =>
  model(
    graph({
      inputs: [value("a", DIMS), value("b", DIMS), value("p", DIMS)],
      outputs: [value("y")],
      nodes: [
        "Mul a p -> m",
        "Relu m -> z",
        "Mul p a -> mm",
        "Relu mm -> zz",
        node(`${op} ${operands} -> y`, ATTRS[op]),
      ],
    }),
  );

/** a is negative, p positive; b is of this size. */
function feeds(size: number): Feeds {
  const next = random(3);
  const negative = toNumbers(normals(DIMS, next)).map((v) => -Math.abs(v));
  const small = toNumbers(normals(DIMS, next)).map((v) => v * size);
  return new Map([
    ["a", tensor("float32", DIMS, Float32Array.from(negative))],
    ["b", tensor("float32", DIMS, Float32Array.from(small))],
    [
      "p",
      tensor(
        "float32",
        DIMS,
        Float32Array.from(negative, (v) => -v),
      ),
    ],
  ]);
}

/** dB: about 6 a bit, less what the peaks of normal numbers, the doubled range at 16 bit and the rounding of multipliers take. */
const LEAST = { 8: 35, 16: 75 };

describe.each([8, 16] as const)("a value that is zero all through calibration, at %d bit", (bits) => {
  it.each(OPS)("may be an operand of %s beside one that is small or large", async (op) => {
    for (const size of [1e-6, 1e-2, 1, 1e5]) {
      for (const operands of ["z b", "b z"]) {
        const run = await wholeWay(net(op, operands), { options: { bits }, batches: [feeds(size)] });
        const [answer] = run.fixed;
        if (op === "Mul") expect(toNumbers(answer!.get("y")!).every((v) => v === 0)).toBe(true);
        else expect(outputSqnr(run, "y")).toBeGreaterThan(LEAST[bits]);
      }
    }
  });

  it.each(OPS)("may be both operands of %s, and its output", async (op) => {
    const { fixed } = await wholeWay(net(op, "z zz"), { options: { bits }, batches: [feeds(1)] });
    expect(toNumbers(fixed[0]!.get("y")!).every((v) => v === 0)).toBe(true);
  });

  it("has scale 1, as the specification says, or is as fine as the sum where no multiplier reaches from 1", async () => {
    const zero = new Float32Array(32);
    const add = model(
      graph({
        inputs: [value("a", DIMS), value("b", DIMS)],
        outputs: [value("y")],
        nodes: ["Add a b -> y"],
      }),
    );
    const of = (a: Float32Array, b: Float32Array): Feeds =>
      new Map([
        ["a", tensor("float32", DIMS, a)],
        ["b", tensor("float32", DIMS, b)],
      ]);
    const small = feeds(0.01).get("b")!.data as Float32Array;
    const { quantized } = await wholeWay(add, { options: { bits }, batches: [of(zero, small)] });
    const scales = quantized.scales;
    const sum = scales.get("y")!.scale;
    expect(scales.get("a_quantized")!.scale).toBe(bits === 8 ? 1 : sum);
    // A multiplier has 15 bits.
    expect(1 / sum > 32767).toBe(bits === 16);
  });
});
