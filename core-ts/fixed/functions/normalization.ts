import type { FunctionDef } from "../../graph/graph.ts";
import { type BodyBuilder, defineFunction } from "../body-builder.ts";
import { BOUNDS, factor, saturate } from "../fragments/requantize.ts";
import { centered, normalizedRows } from "../fragments/rows.ts";
import { perChannel } from "../fragments/shapes.ts";

const INPUTS = ["x", "multiplier", "bias", "shift"] as const;

interface Parameters {
  readonly multiplier: string;
  readonly bias: string;
  readonly shift: string;
}

/** clamp((N·m + bias + 2^(q-1)) >> q), the parameters broadcasting to N; exact, |N·m + bias| being below 2^52. */
function withParameters(b: BodyBuilder, n: string, { multiplier, bias, shift }: Parameters): string {
  const offset = b.op("Add", [factor(b, bias, shift), b.f64(0.5)]);
  return saturate(b, b.op("Add", [b.op("Mul", [n, factor(b, multiplier, shift)]), offset]));
}

const asGiven: Parameters = { multiplier: "multiplier", bias: "bias", shift: "shift" };

/** docs/fixed-ops.md, LayerNormalization: rows are the axes `axes` of x. */
export function layerNormalization(): FunctionDef {
  return defineFunction({
    name: "LayerNormalization",
    inputs: INPUTS,
    attributes: [...BOUNDS, "axes", "count", "epsilon", "mean_bits"],
    body(b) {
      const axes = b.attributes("axes");
      const d = centered(b, b.cast("x", "float64"), axes);
      return withParameters(b, normalizedRows(b, d, axes), asGiven);
    },
  });
}

/** docs/fixed-ops.md, RmsNormalization: the same without the mean. */
export function rmsNormalization(): FunctionDef {
  return defineFunction({
    name: "RmsNormalization",
    inputs: INPUTS,
    attributes: [...BOUNDS, "axes", "epsilon"],
    body: (b) => withParameters(b, normalizedRows(b, b.cast("x", "float64"), b.attributes("axes")), asGiven),
  });
}

/** docs/fixed-ops.md, GroupNormalization: a row is all elements of x [N, C, ...] of one sample and one group of channels. */
export function groupNormalization(): FunctionDef {
  return defineFunction({
    name: "GroupNormalization",
    inputs: INPUTS,
    attributes: [...BOUNDS, "num_groups", "count", "epsilon", "mean_bits"],
    body(b) {
      const axes = b.i64s(2);
      const groups = b.op("Reshape", [b.attribute("num_groups"), b.i64s(1)]);
      const shape = b.op("Concat", [b.i64s(0), groups, b.i64s(-1)], { axis: { kind: "int", value: 0 } });
      const rows = centered(b, b.op("Reshape", [b.cast("x", "float64"), shape]), axes);
      const n = b.op("Reshape", [normalizedRows(b, rows, axes), b.op("Shape", ["x"])]);
      return withParameters(b, n, {
        multiplier: perChannel(b, "multiplier", "x"),
        bias: perChannel(b, "bias", "x"),
        shift: perChannel(b, "shift", "x"),
      });
    },
  });
}
