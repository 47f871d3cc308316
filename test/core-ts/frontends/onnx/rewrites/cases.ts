import { describe, expect, it } from "vitest";
import { type Tensor, tensor } from "../../../../../core-ts/tensor/tensor.ts";
import { expectSame, type OneOp, oneOpAt, opsOf } from "../compare.ts";

/** An old form of an op. */
export interface Case extends OneOp {
  /** First and last opset of the old form. */
  readonly opsets: readonly [number, number];
  /** What of the attributes tells the case from others of the op. */
  readonly what?: string;
  /** Nodes of the canonical form; one node of the same op when absent. */
  readonly becomes?: readonly string[];
  /** Share of the largest output; 0 (to the bit) unless the arithmetic runs in another order. */
  readonly tolerance?: number;
}

/** A 1-D constant. */
export const floats = (...values: number[]): Tensor =>
  tensor("float32", [values.length], Float32Array.from(values));

/** Shape of a small image batch. */
export const x4 = [2, 4, 5, 7] as const;

/** Every case at every opset of its old form, against ONNX Runtime at that opset. */
export function describeRewrites(title: string, cases: readonly Case[]): void {
  describe(`${title} compute in canonical form what they did at their own opset`, () => {
    it.each(cases.map((each) => [`${each.op} ${each.what ?? ""}`, each] as const))(
      "%s",
      async (_name, each) => {
        for (let opset = each.opsets[0]; opset <= each.opsets[1]; opset++) {
          const canonical = await expectSame(oneOpAt(each, opset), each.tolerance);
          expect(opsOf(canonical), `opset ${opset}`).toEqual(each.becomes ?? [each.op]);
          expect(canonical.opsets.get("")).toBe(21);
        }
      },
    );
  });
}
