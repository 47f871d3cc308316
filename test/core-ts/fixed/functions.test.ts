import { describe, expect, it } from "vitest";
import { caseFeeds, caseModel, outputName } from "../../../conformance/function-model.ts";
import type { Backend } from "../../../core-ts/backend.ts";
import { FIXED_OPS, type FixedOpName } from "../../../core-ts/fixed/index.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { solvedCases } from "../../reference/cases/index.ts";
import type { SolvedCase } from "../../reference/fixed-case.ts";
import { nodeBackend, webBackend } from "../../support/backends.ts";

const COUNT = 40;
const OPS = Object.keys(FIXED_OPS) as FixedOpName[];
const BACKENDS: Readonly<Record<string, () => Backend>> = { node: nodeBackend, web: webBackend };

/** Runs all cases as nodes of one model and compares dtype, shape and every element. */
async function check(backend: Backend, cases: readonly SolvedCase[]): Promise<void> {
  const session = await backend.createSession(writeModel(caseModel(cases)));
  try {
    const results = await session.run(caseFeeds(cases));
    for (const [k, one] of cases.entries()) {
      const found = results.get(outputName(k))!;
      const seen = { name: one.name, dtype: found.dtype, dims: [...found.dims], data: toNumbers(found) };
      const { expected } = one;
      expect(seen).toEqual({
        name: one.name,
        dtype: expected.dtype,
        dims: [...expected.dims],
        data: toNumbers(expected),
      });
    }
  } finally {
    await session.release();
  }
}

describe.each(Object.entries(BACKENDS))(
  "functions on onnxruntime-%s equal their plain twins, byte for byte",
  (_, create) => {
    it.each(OPS)("%s", async (op) => check(create(), solvedCases(op, COUNT)));
  },
);
