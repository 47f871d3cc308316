/**
 * A user script for the real models of ../shared: `-uds bench/infer_photos.ts -if infer_ultraface|infer_ultraface_offsets|infer_fastestdet -d ../shared/data/photos` (F1 in percent
 * against the float detections stored there) and `-if infer_mnist -d ../shared/data/mnist/t10k_images.npy` (top-1 in percent).
 */
import { readdirSync, readFileSync } from "node:fs";
import { type Executor, loadNpy, onnxInferFunc, type Tensor, type TensorOf } from "knight-quant";
import sharp from "sharp";
import { type Detection, pairs, suppress } from "./detections.ts";

interface Detector {
  readonly reference: string;
  readonly width: number;
  readonly height: number;
  readonly order: "RGB" | "BGR";
  normalize(pixel: number): number;
  detect(outputs: readonly Tensor[]): Detection[];
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Centre and size of every prior of UltraFace as fractions of the image (models/detection/README.md). */
function priors(): [number, number, number, number][] {
  const maps = [
    { width: 40, height: 30, sizes: [10, 16, 24] },
    { width: 20, height: 15, sizes: [32, 48] },
    { width: 10, height: 8, sizes: [64, 96] },
    { width: 5, height: 4, sizes: [128, 192, 256] },
  ];
  const inside = (x: number) => Math.min(Math.max(x, 0), 1);
  return maps.flatMap(({ width, height, sizes }) =>
    Array.from({ length: width * height }, (_, cell) => cell).flatMap((cell) =>
      sizes.map((size): [number, number, number, number] => [
        inside(((cell % width) + 0.5) / width),
        inside((Math.floor(cell / width) + 0.5) / height),
        inside(size / 320),
        inside(size / 240),
      ]),
    ),
  );
}

const ULTRAFACE: Detector = {
  reference: "version-slim-320",
  width: 320,
  height: 240,
  order: "RGB",
  normalize: (pixel) => (pixel - 127) / 128,
  detect([scores, boxes]) {
    const [s, b] = [scores!.data as Float32Array, boxes!.data as Float32Array];
    const rows = Array.from({ length: b.length / 4 }, (_, i) => i).filter((i) => s[2 * i + 1]! > 0.7);
    const found = rows.map(
      (i): Detection => [b[4 * i]!, b[4 * i + 1]!, b[4 * i + 2]!, b[4 * i + 3]!, s[2 * i + 1]!],
    );
    return suppress(found, 0.3);
  },
};

const PRIORS = priors();

/** The same network without the decoding of its boxes, which is done here. */
const ULTRAFACE_OFFSETS: Detector = {
  ...ULTRAFACE,
  detect([scores, offsets]) {
    const d = offsets!.data as Float32Array;
    const corners = PRIORS.flatMap(([x, y, w, h], i) => {
      const [cx, cy] = [d[4 * i]! * 0.1 * w + x, d[4 * i + 1]! * 0.1 * h + y];
      const [halfWidth, halfHeight] = [d[4 * i + 2]!, d[4 * i + 3]!].map((v) => Math.exp(0.2 * v) / 2);
      return [cx - w * halfWidth!, cy - h * halfHeight!, cx + w * halfWidth!, cy + h * halfHeight!];
    });
    const boxes: Tensor = { dtype: "float32", dims: offsets!.dims, data: Float32Array.from(corners) };
    return ULTRAFACE.detect([scores!, boxes]);
  },
};

const CELLS = 22;
const FASTESTDET: Detector = {
  reference: "FastestDet",
  width: 352,
  height: 352,
  order: "BGR",
  normalize: (pixel) => pixel / 255,
  detect([output]) {
    const data = output!.data as Float32Array;
    const at = (channel: number, cell: number) => data[channel * CELLS * CELLS + cell]!;
    const found: Detection[] = [];
    for (let cell = 0; cell < CELLS * CELLS; cell++) {
      const best = Math.max(...Array.from({ length: 80 }, (_, k) => at(5 + k, cell)));
      const score = at(0, cell) ** 0.6 * best ** 0.4;
      if (score <= 0.65) continue;
      const x = ((cell % CELLS) + Math.tanh(at(1, cell))) / CELLS;
      const y = (Math.floor(cell / CELLS) + Math.tanh(at(2, cell))) / CELLS;
      const [w, h] = [sigmoid(at(3, cell)) / 2, sigmoid(at(4, cell)) / 2];
      found.push([x - w, y - h, x + w, y + h, score]);
    }
    return suppress(found, 0.45);
  },
};

async function photo(file: string, detector: Detector): Promise<TensorOf<"float32">> {
  const { width, height, order, normalize } = detector;
  const pixels = await sharp(file)
    .removeAlpha()
    .toColourspace("srgb")
    .resize(width, height, { fit: "fill", kernel: "linear" })
    .raw()
    .toBuffer();
  const data = new Float32Array(3 * width * height);
  for (let c = 0; c < 3; c++) {
    const from = order === "RGB" ? c : 2 - c;
    for (let i = 0; i < width * height; i++) data[c * width * height + i] = normalize(pixels[3 * i + from]!);
  }
  return { dtype: "float32", dims: [1, 3, height, width], data };
}

function register(name: string, detector: Detector): void {
  onnxInferFunc.register(name, async (executor: Executor) => {
    const folder = executor.dataset!;
    const reference = JSON.parse(readFileSync(`${folder}/reference_detections.json`, "utf8"));
    const names = readdirSync(folder)
      .filter((file) => file.endsWith(".jpg"))
      .sort();
    let [right, found, wanted] = [0, 0, 0];
    for (const file of names.slice(0, executor.iteration)) {
      const here = detector.detect(await executor.forward(await photo(`${folder}/${file}`, detector)));
      const expected: Detection[] = reference.models[detector.reference][reference.photos.indexOf(file)];
      right += pairs(here, expected);
      found += here.length;
      wanted += expected.length;
    }
    return (200 * right) / (found + wanted);
  });
}

register("infer_ultraface", ULTRAFACE);
register("infer_ultraface_offsets", ULTRAFACE_OFFSETS);
register("infer_fastestdet", FASTESTDET);

/** A network of random weights on the photos: there is no task, only layers that vary. */
onnxInferFunc.register("infer_yolo", async (executor: Executor) => {
  const view: Detector = { ...FASTESTDET, width: 320, height: 320, order: "RGB" };
  const files = readdirSync(executor.dataset!)
    .filter((file) => file.endsWith(".jpg"))
    .sort();
  for (const file of files.slice(0, executor.iteration))
    await executor.forward(await photo(`${executor.dataset}/${file}`, view));
  return 1;
});

onnxInferFunc.register("infer_mnist", async (executor: Executor) => {
  const images = await loadNpy(executor.dataset!);
  const labels = await loadNpy(executor.dataset!.replace("images", "labels"));
  let right = 0;
  for (let i = 0; i < executor.iteration; i++) {
    const data = Float32Array.from((images.data as Uint8Array).subarray(i * 784, (i + 1) * 784));
    const [scores] = await executor.forward({ dtype: "float32", dims: [1, 1, 28, 28], data });
    const values = scores!.data as Float32Array;
    if (values.indexOf(Math.max(...values)) === Number(labels.data[i])) right++;
  }
  return (100 * right) / executor.iteration;
});
