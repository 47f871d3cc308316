import { describe, expect, it } from "vitest";
import { channelLayout, quantizeWeights, weightMax } from "../../../core-ts/quantize/weights.ts";
import { normals, random } from "../../support/numbers.ts";

const CASES: [string, number[], number][] = [
  ["Conv", [6, 4, 3, 3], 1],
  ["Conv", [8, 1, 5, 5], 8],
  ["Conv", [5, 16, 1, 1], 1],
  ["ConvTranspose", [6, 4, 2, 3], 2],
  ["Gemm", [40, 7], 1],
];

/** Output channel and kernel of element i, written from the layouts of ONNX's operator documentation. */
function placeOf(op: string, dims: number[], group: number, i: number): [number, string] {
  const spatial = dims.slice(2).reduce((a, b) => a * b, 1);
  const [first, second] = [Math.floor(i / (spatial * dims[1]!)), Math.floor(i / spatial) % dims[1]!];
  if (op === "Conv") return [first, `${first}/${second}`];
  if (op === "Gemm") return [second, `${i}`];
  const channel = Math.floor(first / (dims[0]! / group)) * dims[1]! + second;
  return [channel, `${first}/${second}`];
}

describe.each(CASES)("weights of %s %j, %i groups", (op, dims, group) => {
  const layout = channelLayout(op, dims, group);
  const w = normals(dims, random(5)).data as Float32Array;
  const scales = Float64Array.from({ length: layout.groups * layout.channels }, (_, c) => 0.05 + 0.003 * c);
  const q = quantizeWeights(w, layout, scales, 8);
  const errors = new Map<string | number, number>();
  for (let i = 0; i < w.length; i++) {
    const [channel, kernel] = placeOf(op, dims, group, i);
    const error = w[i]! / scales[channel]! - q[i]!;
    for (const key of [channel, kernel]) errors.set(key, (errors.get(key) ?? 0) + error);
  }

  it("are within one step of the real ones, inside the narrow range", () => {
    for (let i = 0; i < w.length; i++) {
      const [channel] = placeOf(op, dims, group, i);
      const real = w[i]! / scales[channel]!;
      expect(Math.abs(q[i]!)).toBeLessThanOrEqual(weightMax(8));
      if (Math.abs(real) < 127) expect(Math.abs(real - q[i]!)).toBeLessThan(1);
    }
  });

  it("have errors that sum up to half a step at most in every channel", () => {
    for (let channel = 0; channel < scales.length; channel++)
      expect(Math.abs(errors.get(channel)!)).toBeLessThanOrEqual(0.5 + 1e-9);
  });

  it("have errors that sum up to little in every kernel", () => {
    // The channel's own correction may move a kernel's sum by one step.
    for (const [key, sum] of errors)
      if (typeof key === "string") expect(Math.abs(sum)).toBeLessThan(1.5 + 1e-9);
  });
});

it("leaves weights that are on the grid as they are", () => {
  const layout = channelLayout("Conv", [2, 3, 3, 3], 1);
  const integers = Float32Array.from({ length: 54 }, (_, i) => ((i * 29) % 255) - 127);
  const scales = Float64Array.of(Math.fround(0.013), Math.fround(0.4));
  const w = integers.map((v, i) => v * scales[Math.floor(i / 27)]!);
  expect([...quantizeWeights(w, layout, scales, 8)]).toEqual([...integers]);
});
