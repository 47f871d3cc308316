import { beforeAll, describe, expect, test } from "vitest";
import { difference } from "../../conformance/compare.ts";
import { FUNCTION_CALLS } from "../../conformance/groups/kernel-calls.ts";
import { kernelAnswer } from "../../conformance/groups/kernels.ts";
import type { FixedOpName } from "../../core-ts/fixed/index.ts";
import type { Kernels } from "../../core-ts/kernels/kernels.ts";
import { solvedCases } from "../reference/cases/index.ts";
import { KERNEL_KINDS, loadKernels } from "../support/kernels.ts";

const OPS = Object.keys(FUNCTION_CALLS) as FixedOpName[];

describe.each(KERNEL_KINDS)("the %s kernels give the bytes of the integer ops' plain twins", (kind) => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await loadKernels(kind);
  });

  // The first 40 cases are those that test/core-ts/fixed runs as functions in ONNX Runtime.
  test.each(OPS)("%s", (op) => {
    const wrong = solvedCases(op, 300).flatMap((one) => {
      const found = difference(kernelAnswer(one, kernels), one.expected);
      return found === null ? [] : [`${one.name}: ${found}`];
    });
    expect(wrong).toEqual([]);
  });
});
