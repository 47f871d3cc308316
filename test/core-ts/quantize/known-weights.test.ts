import { describe, expect, it } from "vitest";
import { biasInteger, knownScales, restoreIntegers } from "../../../core-ts/quantize/known-weights.ts";

/** Two output channels of three weights. */
const LAYOUT = { groups: 1, channels: 2, inner: 3, kernel: 1 };
const SCALES = [Math.fround(0.013), Math.fround(0.4)];
const INTEGERS = [7, -100, 3, 127, -127, 0];
const weights = (integers: readonly number[]) =>
  Float32Array.from(integers, (q, i) => q * SCALES[i < 3 ? 0 : 1]!);

describe("weights that are integers on known scales", () => {
  it("are given back, also where no weight reaches the largest integer", () => {
    const w = weights(INTEGERS);
    const known = knownScales(w, LAYOUT, SCALES, 8);
    expect([...known]).toEqual(SCALES);
    const q = new Int8Array(6);
    restoreIntegers(q, w, LAYOUT, known);
    expect([...q]).toEqual(INTEGERS);
  });

  it("one scale holds for all channels", () => {
    const w = Float32Array.from([1, 2, 3, 4, 5, 6]);
    expect([...knownScales(w, LAYOUT, [0.5], 8)]).toEqual([0.5, 0.5]);
  });

  it("a channel off its grid, or with many weights beyond the narrow range, has none; the others keep theirs", () => {
    const off = weights(INTEGERS);
    off[0] = off[0]! * 1.0153;
    off[1] = off[1]! * 0.7171;
    expect([...knownScales(off, LAYOUT, SCALES, 8)]).toEqual([0, SCALES[1]]);
    const uint8 = weights([255, 130, 3, 1, 1, 1]);
    expect([...knownScales(uint8, LAYOUT, SCALES, 8)]).toEqual([0, SCALES[1]]);
  });

  it("a channel that a fold has scaled is on a scaled grid", () => {
    const folded = weights(INTEGERS).map((v, i) => (i < 3 ? v * -0.37 : v));
    const known = knownScales(folded, LAYOUT, SCALES, 8);
    expect(known[0]).toBeCloseTo(SCALES[0]! * 0.37, 8);
    const q = new Int8Array(6);
    restoreIntegers(q, folded, LAYOUT, known);
    expect([...q]).toEqual([-7, 100, -3, 127, -127, 0]);
  });

  it("a single -128 becomes -127; all other weights keep their integers", () => {
    const layout = { groups: 1, channels: 1, inner: 16, kernel: 1 };
    const integers = [-128, ...Array.from({ length: 15 }, (_, i) => 8 * i - 60)];
    const w = Float32Array.from(integers, (v) => v * 0.5);
    const q = new Int8Array(16);
    restoreIntegers(q, w, layout, knownScales(w, layout, [0.5], 8));
    expect([...q]).toEqual([-127, ...integers.slice(1)]);
  });

  it("a number of scales that does not fit the channels is none", () => {
    expect([...knownScales(weights(INTEGERS), LAYOUT, [1, 1, 1], 8)]).toEqual([0, 0]);
  });

  it("channels without a known scale stay as they were rounded", () => {
    const q = Int8Array.from([1, 1, 1, 1, 1, 1]);
    restoreIntegers(q, weights(INTEGERS), LAYOUT, Float64Array.of(0, SCALES[1]!));
    expect([...q]).toEqual([1, 1, 1, 127, -127, 0]);
  });
});

describe("bias integers", () => {
  it("beyond float32's 24 bits the model's own integer counts", () => {
    const q = 123456787;
    const real = Math.fround(q / 1024);
    expect(biasInteger(real, 1 / 1024, q)).toBe(q);
    expect(biasInteger(real, 1 / 1024, undefined)).not.toBe(q);
  });

  it("on another scale it is rounded anew", () => {
    expect(biasInteger(1, 0.02, 100)).toBe(50);
  });
});
