import type { FunctionDef } from "../../graph/graph.ts";
import { powerOfTwo } from "../../power-of-two.ts";
import { type BodyBuilder, defineFunction } from "../body-builder.ts";
import { BOUNDS, factor, saturate } from "../fragments/requantize.ts";
import { centered, NORMALIZED_BITS, normalizedRows, sumOver } from "../fragments/rows.ts";
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

/** docs/fixed-ops.md, L1Normalization: N = floor((2·x·2^22 + A) / 2A), A = max(Σ|x|, 1); exact, the numerator being below 2^40 plus A. */
export function l1Normalization(): FunctionDef {
  return defineFunction({
    name: "L1Normalization",
    inputs: INPUTS,
    attributes: [...BOUNDS, "axes"],
    body(b) {
      const x = b.cast("x", "float64");
      const a = b.op("Max", [sumOver(b, b.op("Abs", [x]), b.attributes("axes")), b.f64(1)]);
      const numerator = b.op("Add", [b.op("Mul", [x, b.f64(powerOfTwo(NORMALIZED_BITS + 1))]), a]);
      const n = b.op("Floor", [b.op("Div", [numerator, b.op("Mul", [a, b.f64(2)])])]);
      return withParameters(b, n, asGiven);
    },
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
