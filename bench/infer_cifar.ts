/** A user script: top-1 of the CIFAR networks of ../shared, `-uds bench/infer_cifar.ts -if infer_cifar -d ../shared/data/cifar/calib512_images.npy`. */
import { type Executor, loadNpy, onnxInferFunc } from "knight-quant";
import { cifarBatch } from "./cifar.ts";

onnxInferFunc.register("infer_cifar", async (executor: Executor) => {
  const images = await loadNpy(executor.dataset!);
  const labels = await loadNpy(executor.dataset!.replace("images", "labels"));
  const batch = executor.batch_size;
  let [right, seen] = [0, 0];
  for (let i = 0; i < executor.iteration && seen + batch <= labels.data.length; i++) {
    const [logits] = await executor.forward(cifarBatch(images.data as Uint8Array, seen, batch));
    const values = logits!.data as Float32Array;
    for (let k = 0; k < batch; k++) {
      const row = values.subarray(10 * k, 10 * k + 10);
      if (row.indexOf(Math.max(...row)) === Number(labels.data[seen + k])) right++;
    }
    seen += batch;
  }
  return (100 * right) / seen;
});
