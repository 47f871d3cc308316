import { describe, expect, it } from "vitest";
import type { SessionUse } from "../../../core-ts/backend.ts";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { createNodeWasmBackend } from "../../../hosts/node/wasm.ts";
import { graph, model, node, value } from "../../support/build-model.ts";
import { normals, random } from "../../support/numbers.ts";

const CHANNELS = 64;
const SIZE = 8;
const DIMS = [1, CHANNELS, SIZE, SIZE];

/** A 3x3 convolution whose sums have 576 terms: ONNX Runtime cuts them differently for two threads and for one. */
function convolution(): Uint8Array {
  const content = graph({
    inputs: [value("x", DIMS)],
    outputs: [value("y", DIMS)],
    constants: { w: normals([CHANNELS, CHANNELS, 3, 3], random(5)) },
    nodes: [node("Conv x w -> y", { kernel_shape: attr.ints([3, 3]), pads: attr.ints([1, 1, 1, 1]) })],
  });
  return writeModel(model(content));
}

describe("the WASM backend on Node", () => {
  const bytes = convolution();
  const x = normals(DIMS, random(6));
  async function answer(threads: number, use: SessionUse): Promise<number[]> {
    const session = await createNodeWasmBackend({ threads }).createSession(bytes, use);
    const y = (await session.run(new Map([["x", x]]))).get("y")!;
    await session.release();
    return Array.from(y.data as Float32Array);
  }

  it("gives the same bits for any number of threads to what enters a model", async () => {
    expect(await answer(2, "model")).toEqual(await answer(1, "model"));
  });

  it("uses the threads for what is only reported: the last bits are others, and so threads are at work", async () => {
    const [one, two] = [await answer(1, "report"), await answer(2, "report")];
    expect(two).not.toEqual(one);
    // Sums of 576 terms of size 1: far above their rounding, far below their values.
    for (const [i, y] of two.entries()) expect(Math.abs(y - one[i]!)).toBeLessThan(1e-3);
  });
});
