import { describe, expect, it } from "vitest";
import { tensor } from "../../../../core-ts/tensor/tensor.ts";
import { agreements } from "../../../../hosts/browser/page/result/agreement.ts";
import type { InferResult } from "../../../../hosts/shared/job/index.ts";

function result(outputs: Readonly<Record<string, number[]>>): InferResult {
  const batch = new Map(
    Object.entries(outputs).map(([name, data]) => [
      name,
      tensor("float32", [1, data.length], Float32Array.from(data)),
    ]),
  );
  return { batches: [batch], quantized: false, result: 1, figures: [] };
}

describe("agreements", () => {
  it("puts the largest values of both models side by side, the float model's largest first", () => {
    const float = result({ y: [0, 1, 2, 3, 4, 5, 6] });
    const fixed = result({ y: [9, 1, 2, 3, 4, 5, 6] });
    const [found] = agreements(float, fixed);
    expect(found!.rows.map(({ index }) => index)).toEqual([6, 5, 4, 3, 2, 0]);
    expect(found!.rows.at(-1)).toEqual({ index: 0, float: 0, fixed: 9 });
    expect(found!.best).toEqual({ float: 6, fixed: 0 });
    // (x·y)/(‖x‖‖y‖) by hand: 91 / sqrt(91 · 172).
    expect(found!.cosine).toBeCloseTo(91 / Math.sqrt(91 * 172), 12);
  });

  it("leaves out what only one model has", () => {
    expect(
      agreements(result({ a: [1], b: [1] }), result({ b: [1], c: [1] })).map(({ output }) => output),
    ).toEqual(["b"]);
  });
});
