import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";

const DEMO = fileURLToPath(new URL("../../examples/digits", import.meta.url));

interface Npy {
  readonly descr: string;
  readonly shape: readonly number[];
  readonly body: ArrayBuffer;
}

/** A reader of its own for the two kinds of array in the demo: NPY format 1.0, C order, little endian. */
function readNpy(name: string): Npy {
  const bytes = readFileSync(join(DEMO, name));
  expect(bytes.subarray(0, 8).toString("latin1")).toBe("\x93NUMPY\x01\x00");
  const end = 10 + bytes.readUInt16LE(8);
  const header = bytes.subarray(10, end).toString("latin1");
  expect(header).toContain("'fortran_order': False");
  const shape = /'shape': \(([^)]*)\)/
    .exec(header)?.[1]
    ?.split(",")
    .filter((n) => n.trim() !== "");
  return {
    descr: /'descr': '([^']+)'/.exec(header)?.[1] ?? "",
    shape: (shape ?? []).map(Number),
    body: new Uint8Array(bytes.subarray(end)).buffer,
  };
}

function imagesAndLabels(images: string, labels: string) {
  const pixels = readNpy(images);
  const digits = readNpy(labels);
  expect([pixels.descr, digits.descr]).toEqual(["<f4", "<i4"]);
  expect(pixels.shape).toEqual([digits.shape[0], 1, 8, 8]);
  return { pixels: new Float32Array(pixels.body), digits: new Int32Array(digits.body) };
}

async function accuracyOf(pixels: Float32Array, digits: Int32Array): Promise<number> {
  const session = await InferenceSession.create(join(DEMO, "digits.onnx"));
  const { logits } = await session.run({ image: new Tensor("float32", pixels, [digits.length, 1, 8, 8]) });
  const values = logits?.data as Float32Array;
  const right = digits.filter((digit, i) => {
    const row = values.subarray(i * 10, i * 10 + 10);
    return row.indexOf(Math.max(...row)) === digit;
  });
  return right.length / digits.length;
}

describe("the demo's network and data", () => {
  it("are small enough to ship", () => {
    const sizes = readdirSync(DEMO).map((name) => statSync(join(DEMO, name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2e6);
  });

  it("recognizes held-out digits: 490 of 500 in training, at least 97 % here", async () => {
    const { pixels, digits } = imagesAndLabels("test_images.npy", "test_labels.npy");
    expect(digits).toHaveLength(500);
    // The margin is for float kernels that sum in another order; it is no tolerance for another network.
    expect(await accuracyOf(pixels, digits)).toBeGreaterThanOrEqual(0.97);
  });

  it("calibrates on whole numbers 0..16, on images of every digit, none of them a test image", () => {
    const { pixels, digits } = imagesAndLabels("calibration.npy", "calibration_labels.npy");
    const test = imagesAndLabels("test_images.npy", "test_labels.npy").pixels;
    expect(pixels.every((value) => Number.isInteger(value) && value >= 0 && value <= 16)).toBe(true);
    expect(new Set(digits).size).toBe(10);
    const keys = (all: Float32Array) =>
      Array.from({ length: all.length / 64 }, (_, i) => all.subarray(i * 64, i * 64 + 64).join());
    const seen = new Set(keys(test));
    expect(keys(pixels).filter((key) => seen.has(key))).toEqual([]);
  });

  it("credits the data's authors and licence", () => {
    const readme = readFileSync(join(DEMO, "README.md"), "utf8");
    for (const credit of ["Alpaydin", "Kaynak", "1998", "CC BY 4.0", "UCI"]) expect(readme).toContain(credit);
  });
});
