import { setImmediate } from "node:timers/promises";
import * as web from "onnxruntime-web/wasm";
import { expect, it } from "vitest";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { tensor } from "../../../core-ts/tensor/tensor.ts";
import { createWasmBackend } from "../../../hosts/shared/wasm-backend.ts";
import { graph, model, value } from "../../support/build-model.ts";

const relu = () =>
  writeModel(
    model(graph({ inputs: [value("x", [1, 2])], outputs: [value("y", [1, 2])], nodes: ["Relu x -> y"] })),
  );

it("runs models, and lets timers and signals be heard between runs", async () => {
  let heard = 0;
  const session = await createWasmBackend(web, { threads: 1, turn: setImmediate }).createSession(relu());
  const timer = setInterval(() => heard++, 0);
  try {
    for (const end = Date.now() + 200; Date.now() < end; ) {
      const result = await session.run(new Map([["x", tensor("float32", [1, 2], Float32Array.of(-1, 2))]]));
      expect([...(result.get("y")!.data as Float32Array)]).toEqual([0, 2]);
    }
  } finally {
    clearInterval(timer);
    await session.release();
  }
  // Without the turns it stays 0: nothing but promises that are settled already is awaited.
  expect(heard).toBeGreaterThan(0);
});
