import { describe, expect, it } from "vitest";
import { fromPaddle } from "../../../../core-ts/frontends/paddle/index.ts";
import { writeModel } from "../../../../core-ts/onnx/write.ts";
import { tensor, toNumbers } from "../../../../core-ts/tensor/tensor.ts";
import { nodeBackend } from "../../../support/backends.ts";
import { float, ints, text, type WrittenOp, written } from "./programs.ts";
import { requestOf } from "./recorded.ts";

/** Ops of Paddle 1 that no Paddle of today runs; expected shapes and numbers are from its documentation. */
async function answerOf(op: WrittenOp, dims: readonly number[], out: readonly number[]) {
  const model = written(
    [
      { name: "x", dims },
      { name: "y", dims: out },
    ],
    [op],
  );
  const session = await nodeBackend().createSession(
    writeModel(await fromPaddle(requestOf({ model, params: new Uint8Array() }))),
  );
  const count = dims.reduce((product, dim) => product * dim, 1);
  const x = tensor(
    "float32",
    dims,
    Float32Array.from({ length: count }, (_, i) => i + 1),
  );
  const { y } = Object.fromEntries(await session.run(new Map([["x", x]])));
  const found = { dims: [...y!.dims], numbers: toNumbers(y!) };
  await session.release();
  return found;
}

const call = (type: string, attrs: WrittenOp["attrs"]): WrittenOp => ({
  type,
  inputs: { X: ["x"] },
  outputs: { Out: ["y"] },
  ...(attrs ? { attrs } : {}),
});

describe("ops of Paddle 1", () => {
  it.each([
    ["flatten", [2, 3, 4], [ints("axis", [1])], [2, 12]],
    ["flatten", [2, 3, 4], [ints("axis", [2])], [6, 4]],
    ["squeeze", [2, 1, 4, 1], [ints("axes", [1])], [2, 4, 1]],
    ["squeeze", [2, 1, 4, 1], [ints("axes", [-1, 1])], [2, 4]],
    ["unsqueeze", [2, 3], [ints("axes", [1])], [2, 1, 3]],
    ["unsqueeze", [2, 3], [ints("axes", [1, 3])], [2, 1, 3, 1]],
  ] as const)("%s of %j", async (type, dims, attrs, out) => {
    const { dims: found, numbers } = await answerOf(call(type, attrs), dims, out);
    expect(found).toEqual(out);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  });

  it("pad2d: top, bottom, left, right", async () => {
    const sides = ints("paddings", [1, 0, 0, 2]);
    const filled = await answerOf(call("pad2d", [sides, float("pad_value", 9)]), [1, 1, 2, 2], [1, 1, 3, 4]);
    expect(filled.numbers).toEqual([9, 9, 9, 9, 1, 2, 9, 9, 3, 4, 9, 9]);
    const edge = await answerOf(call("pad2d", [sides, text("mode", "edge")]), [1, 1, 2, 2], [1, 1, 3, 4]);
    expect(edge.numbers).toEqual([1, 2, 2, 2, 1, 2, 2, 2, 3, 4, 4, 4]);
  });
});
