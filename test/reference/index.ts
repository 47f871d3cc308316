import type { FixedOpName } from "../../core-ts/fixed/index.ts";
import type { Tensor } from "../../core-ts/tensor/tensor.ts";
import type { FixedCase, SolvedCase } from "./fixed-case.ts";
import { type Call, call } from "./integers.ts";
import { convTwin } from "./ops/conv.ts";
import {
  clipTwin,
  lut8Twin,
  lut16Twin,
  mulTwin,
  preluTwin,
  requantizeOpTwin,
  scaleShiftTwin,
  sumTwin,
} from "./ops/elementwise.ts";
import { gemmTwin, matmulTwin } from "./ops/matrix.ts";

/** Plain TypeScript for every op of docs/fixed-ops.md, written from that page and from spec/fixed-point-ir.md, not from the function bodies. */
export const TWINS: Readonly<Record<FixedOpName, (call: Call) => Tensor>> = {
  Add: sumTwin(1n),
  Clip: clipTwin,
  Conv16: convTwin,
  Conv8: convTwin,
  Gemm16: gemmTwin,
  Gemm8: gemmTwin,
  GemmU8: gemmTwin,
  Lut16: lut16Twin,
  Lut8: lut8Twin,
  MatMul16: matmulTwin,
  MatMul8: matmulTwin,
  MatMulU8S8: matmulTwin,
  Mul: mulTwin,
  PRelu: preluTwin,
  Requantize: requantizeOpTwin,
  ScaleShift: scaleShiftTwin,
  Sub: sumTwin(-1n),
};

export function solve(one: FixedCase): SolvedCase {
  const inputs = one.inputs.map(({ tensor }) => tensor);
  return { ...one, expected: TWINS[one.op](call(inputs, one.attrs)) };
}
