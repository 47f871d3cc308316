/**
 * The demo's user script: `-uds examples/digits/infer_digits.ts -if infer_digits -d FILE.npy`.
 * FILE.npy holds images, float32 [n, 1, 8, 8]; their labels, int32 [n], lie beside it (see `labelsOf`).
 */
import { type Executor, loadNpy, onnxInferFunc, type Tensor } from "knight-quant";

const PIXELS = 8 * 8;
const CLASSES = 10;

/** `calibration.npy` goes with `calibration_labels.npy`, `test_images.npy` with `test_labels.npy`. */
function labelsOf(imagesFile: string): string {
  return imagesFile.replace(/(_images)?\.npy$/, "_labels.npy");
}

/** Index of the largest logit of each image; `logits` is [n, 10], row-major, of floats or of the integers they stand for. */
function classesOf(logits: Tensor): number[] {
  const values = Array.from(logits.data, Number);
  const classes: number[] = [];
  for (let start = 0; start < values.length; start += CLASSES) {
    const row = values.slice(start, start + CLASSES);
    classes.push(row.indexOf(Math.max(...row)));
  }
  return classes;
}

onnxInferFunc.register("infer_digits", async (executor: Executor) => {
  const file = executor.dataset;
  if (!file) throw new Error("infer_digits needs -d: the .npy file that holds the images.");
  const images = await loadNpy(file);
  const labels = await loadNpy(labelsOf(file));
  if (images.dtype !== "float32" || labels.dtype !== "int32") {
    throw new Error(
      `infer_digits expects float32 images and int32 labels, not ${images.dtype} and ${labels.dtype}.`,
    );
  }
  const batch = executor.batch_size;
  let seen = 0;
  let correct = 0;
  for (let i = 0; i < executor.iteration && seen + batch <= labels.data.length; i++) {
    const data = images.data.slice(seen * PIXELS, (seen + batch) * PIXELS);
    const [logits] = await executor.forward({ dtype: "float32", dims: [batch, 1, 8, 8], data });
    if (!logits) throw new Error("infer_digits expects one output, the logits.");
    classesOf(logits).forEach((digit, j) => {
      if (digit === labels.data[seen + j]) correct++;
    });
    seen += batch;
  }
  if (seen === 0) throw new Error(`${file} holds fewer than ${batch} images, one batch.`);
  return (100 * correct) / seen;
});
