import { describe, expect, it } from "vitest";
import { copyOf } from "../../../core-ts/calibrate/batches.ts";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { nodeBackend, webBackend } from "../../support/backends.ts";
import { floats } from "../../support/optimized.ts";
import { buildModel } from "../../support/text-model.ts";

const x = (...values: number[]) => new Map([["x", floats([1, values.length], values)]]);

describe.each([
  ["onnxruntime-node, which writes each run's outputs over the last one's", nodeBackend],
  ["onnxruntime-web, which does not", webBackend],
])("%s", (_, create) => {
  it("gives every run its own answers", async () => {
    const model = buildModel({ inputs: { x: [1, 3] }, nodes: [["y", "Neg", "x"]], outputs: "y" });
    const session = await create().createSession(writeModel(model));
    for (const k of [1, 2, 3, 4]) {
      const y = (await session.run(x(k, 2 * k, -k))).get("y")!;
      expect(toNumbers(y)).toEqual([-k, -2 * k, k]);
    }
    await session.release();
  });

  it("follows outputs whose shape depends on the data", async () => {
    const nodes = [
      ["at", "NonZero", "x"],
      ["y", "Cast", "at", { to: attr.int(1) }],
    ] as const;
    const model = buildModel({ inputs: { x: [1, 3] }, nodes, outputs: "y" });
    const session = await create().createSession(writeModel(model));
    const found = [];
    for (const data of [x(1, 0, 1), x(0, 0, 5), x(0, 0, 0), x(1, 2, 3)])
      found.push(toNumbers(copyOf((await session.run(data)).get("y")!)));
    expect(found).toEqual([[0, 0, 0, 2], [0, 2], [], [0, 0, 0, 0, 1, 2]]);
    await session.release();
  });

  it("never writes into an input that is an output too", async () => {
    const model = buildModel({ inputs: { x: [1, 3] }, nodes: [["y", "Neg", "x"]], outputs: "x y" });
    const session = await create().createSession(writeModel(model));
    const feeds = [x(1, 2, 3), x(4, 5, 6), x(7, 8, 9)];
    for (const each of feeds)
      expect(toNumbers((await session.run(each)).get("x")!)).toEqual(toNumbers(each.get("x")!));
    expect(toNumbers(feeds[0]!.get("x")!)).toEqual([1, 2, 3]);
    await session.release();
  });

  it("names the input that is missing and those that are given", async () => {
    const model = buildModel({ inputs: { x: [1, 3] }, nodes: [["y", "Neg", "x"]], outputs: "y" });
    const session = await create().createSession(writeModel(model));
    const wrong = new Map([["z", tensor("float32", [1], Float32Array.of(1))]]);
    await expect(session.run(wrong)).rejects.toThrow(/input "x" is missing; the data given are for "z"/);
    await session.release();
  });
});
