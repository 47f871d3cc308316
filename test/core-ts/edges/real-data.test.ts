/** Raw pictures 0..255 into real networks of ../shared, where they are there: as good as normalised floats. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadCifar } from "../../../bench/cifar.ts";
import type { QuantOptions } from "../../../core-ts/pipeline.ts";
import { type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const SHARED = "../shared";
const RESNET20 = `${SHARED}/models/cifar/resnet20.onnx`;
const RESNET8 = `${SHARED}/models/mlperf_tiny/resnet8_cifar10.onnx`;
const absent = [RESNET20, RESNET8, `${SHARED}/data/cifar/test10k_images.npy`].filter(
  (path) => !existsSync(path),
);
const NORMALIZE = { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };
const [BATCH, BATCHES, PICTURE] = [50, 6, 3 * 32 * 32];

function picture(t: Tensor, i: number): number {
  const row = Array.from(t.data as Float32Array).slice(10 * i, 10 * i + 10);
  return row.indexOf(Math.max(...row));
}

/** Share of 300 test pictures of the same class, and dB of the outputs. */
async function quality(path: string, output: string, more: Partial<QuantOptions>) {
  const pixels = loadCifar(SHARED).test;
  const options: Partial<QuantOptions> = { mode: "mse", irBatch: BATCH, ...more };
  const batches = Array.from({ length: BATCHES }, (_, i) => {
    const part = pixels.slice(i * BATCH * PICTURE, (i + 1) * BATCH * PICTURE);
    const dims = [BATCH, 3, 32, 32];
    return new Map([
      [
        "input",
        options.inputTypes ? tensor("uint8", dims, part) : tensor("float32", dims, Float32Array.from(part)),
      ],
    ]);
  });
  const found = await wholeWay(new Uint8Array(readFileSync(path)), { options, batches });
  const same = found.float.flatMap((answers, k) =>
    Array.from(
      { length: BATCH },
      (_, i) => picture(answers.get(output)!, i) === picture(found.fixed[k]!.get(output)!, i),
    ),
  );
  return { agreement: same.filter(Boolean).length / same.length, sqnr: outputSqnr(found, output) };
}

describe.skipIf(absent.length > 0)(
  `raw pictures (skipped where ../shared lacks ${absent.join(", ") || "nothing"})`,
  () => {
    // Bars: see real-accuracy.test.ts, of which these differ in where the normalisation is done. 1 % is 3 pictures.
    it.each([
      ["uint8", { inputTypes: ["uint8"] }, 0.96, 23],
      ["float32", {}, 0.96, 22],
      ["uint8 at 16 bit", { inputTypes: ["uint8"], bits: 16, mode: "min_max" }, 0.99, 60],
      ["uint8 on generic", { inputTypes: ["uint8"], chip: "generic" }, 0.97, 24.5],
    ] as const)("ResNet-20 with --mean, --std and %s", async (_, options, least, db) => {
      const found = await quality(RESNET20, "logits", { ...NORMALIZE, ...options });
      expect(found.agreement).toBeGreaterThanOrEqual(least);
      expect(found.sqnr).toBeGreaterThanOrEqual(db);
    });

    it("ResNet-8, which takes 0..255: -qid uint8 is as good as float data", async () => {
      const integers = await quality(RESNET8, "output", { inputTypes: ["uint8"] });
      const floats = await quality(RESNET8, "output", {});
      expect(integers.agreement).toBeGreaterThanOrEqual(0.95);
      expect(integers.sqnr).toBeGreaterThanOrEqual(floats.sqnr - 1);
    });
  },
);
