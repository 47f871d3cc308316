import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import { openInference } from "../../../../core-ts/evaluate/inference.ts";
import { fromPytorch } from "../../../../core-ts/frontends/pytorch/index.ts";
import type { Model } from "../../../../core-ts/graph/graph.ts";
import { writeModel } from "../../../../core-ts/onnx/write.ts";
import { relativeDifference } from "../../../../hosts/shared/convert/check-conversion.ts";
import { readNpz } from "../../../../hosts/shared/npy/npz.ts";
import { nodeBackend } from "../../../support/backends.ts";

const FIXTURES = new URL("../../../fixtures/pytorch/", import.meta.url);

/** Cases of test/fixtures/pytorch/make.py: archives, and inputs and outputs recorded in torch. */
export function pack(name: string): Readonly<Record<string, Uint8Array>> {
  return unzipSync(readFileSync(new URL(name, FIXTURES)));
}

export function convert(bytes: Uint8Array, name = "model.pt2"): Promise<Model> {
  return fromPytorch({
    model: { name, bytes },
    startNames: [],
    endNames: [],
    toChw: false,
    inputShapes: [],
    beside: async () => undefined,
  });
}

/** Largest difference of any output, relative to the output's largest magnitude. */
export async function differenceOf(archive: Uint8Array, recorded: Uint8Array): Promise<number> {
  const arrays = readNpz(recorded, "recorded.npz");
  const model = await openInference(writeModel(await convert(archive)), nodeBackend());
  try {
    const answers = await model.forward(
      new Map(model.inputs.map(({ name }, i) => [name, arrays.get(`in${i}`)!])),
    );
    let largest = 0;
    for (const [i, { name }] of model.outputs.entries()) {
      const [found, expected] = [answers.get(name)!, arrays.get(`out${i}`)!];
      if (found.dims.join() !== expected.dims.join() || found.dtype !== expected.dtype) {
        throw new Error(
          `output ${i} is ${found.dtype} ${found.dims}, not ${expected.dtype} ${expected.dims}`,
        );
      }
      const difference = relativeDifference(found, expected);
      if (!(difference <= largest)) largest = difference;
    }
    return largest;
  } finally {
    await model.stop();
  }
}
