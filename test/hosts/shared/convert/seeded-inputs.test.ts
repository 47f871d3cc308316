import { describe, expect, it } from "vitest";
import type { DType } from "../../../../core-ts/tensor/dtype.ts";
import { toNumbers } from "../../../../core-ts/tensor/tensor.ts";
import { seededInputs } from "../../../../hosts/shared/convert/seeded-inputs.ts";

const input = (name: string, dtype: DType, dims: readonly (number | string | null)[]) => ({
  name,
  type: { dtype, dims },
});

describe("seeded inputs", () => {
  it("have 1 for what is open, and the same numbers each time", () => {
    const edges = [input("x", "float32", ["batch", 3, null])];
    const [first, second] = [seededInputs(edges), seededInputs(edges)];
    expect(first.get("x")!.dims).toEqual([1, 3, 1]);
    expect(second).toEqual(first);
    expect(new Set(toNumbers(first.get("x")!)).size).toBe(3);
  });

  it("feed 1 as a rate, so that a dropout drops nothing", () => {
    expect(toNumbers(seededInputs([input("keep_prob", "float32", [])]).get("keep_prob")!)).toEqual([1]);
  });

  it.each<DType>(["int8", "int16", "int32", "int64"])("have small indices of %s", (dtype) => {
    const found = seededInputs([input("ids", dtype, [500])]).get("ids")!;
    expect(found.dtype).toBe(dtype);
    const values = toNumbers(found);
    expect(Math.min(...values)).toBe(0);
    expect(Math.max(...values)).toBeGreaterThan(1);
    expect(Math.max(...values)).toBeLessThan(6);
  });

  it("have pictures of uint8, and masks of both kinds", () => {
    const found = seededInputs([input("picture", "uint8", [500]), input("mask", "bool", [100])]);
    expect(Math.max(...toNumbers(found.get("picture")!))).toBeGreaterThan(240);
    expect(new Set(toNumbers(found.get("mask")!))).toEqual(new Set([0, 1]));
  });

  it("come in the shape that is asked for", () => {
    const found = seededInputs([input("x", "float32", [1, 3, 4, 5])], () => [1, 4, 5, 3]);
    expect(found.get("x")!.dims).toEqual([1, 4, 5, 3]);
  });
});
