import { describe, expect, it } from "vitest";
import { realOutput, realOutputs } from "../../../core-ts/evaluate/outputs.ts";
import { tensor } from "../../../core-ts/tensor/tensor.ts";

const entry = (scale: number) => ({ scale, bits: 8, threshold: scale * 127 }) as const;
const integers = tensor("float32", [2, 2], Float32Array.of(-128, -1, 0, 127));

describe("realOutput", () => {
  it("multiplies integers by their scale, rounded to float32 once", () => {
    const scale = Math.fround(0.1);
    const real = realOutput(integers, "integer", entry(scale));
    expect(real.dims).toEqual([2, 2]);
    expect([...(real.data as Float32Array)]).toEqual([-128, -1, 0, 127].map((q) => Math.fround(q * scale)));
  });

  it("leaves the given tensor as it is", () => {
    realOutput(integers, "integer", entry(3));
    expect([...integers.data]).toEqual([-128, -1, 0, 127]);
  });

  it("passes on what holds real numbers, indices, or has no scale", () => {
    const index = tensor("int64", [1], BigInt64Array.of(3n));
    expect(realOutput(integers, "real", entry(3))).toBe(integers);
    expect(realOutput(integers, undefined, entry(3))).toBe(integers);
    expect(realOutput(integers, "integer", undefined)).toBe(integers);
    expect(realOutput(index, "other", undefined)).toBe(index);
    expect(realOutput(index, "integer", entry(3))).toBe(index);
  });
});

describe("realOutputs", () => {
  it("treats every output by its own name, in the given order", () => {
    const found = realOutputs(
      new Map([
        ["b", integers],
        ["a", integers],
        ["c", integers],
      ]),
      new Map([
        ["a", "integer"],
        ["b", "integer"],
        ["c", "real"],
      ]),
      new Map([
        ["a", entry(2)],
        ["b", entry(0.5)],
      ]),
    );
    expect([...found].map(([name, t]) => [name, (t.data as Float32Array)[3]])).toEqual([
      ["b", 63.5],
      ["a", 254],
      ["c", 127],
    ]);
  });
});
