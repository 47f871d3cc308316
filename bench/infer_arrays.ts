/**
 * A user script for the classifiers of ../shared/models that come with arrays: `-uds bench/infer_arrays.ts -if infer_wakeword|infer_text_direction|infer_resnet8
 * -d FILE.npy`, top-1 in percent. Labels lie beside the data.
 */
import { type Executor, loadNpy, onnxInferFunc, toNumbers } from "knight-quant";

interface Classifier {
  /** The labels' file of a data file. */
  labels(data: string): string;
}

/** Sample by sample, float32 as it comes out of the file. */
function register(name: string, { labels }: Classifier): void {
  onnxInferFunc.register(name, async (executor: Executor) => {
    const samples = await loadNpy(executor.dataset!);
    const wanted = toNumbers(await loadNpy(labels(executor.dataset!)));
    const shape = samples.dims.slice(1);
    const size = samples.data.length / wanted.length;
    let right = 0;
    for (let i = 0; i < executor.iteration; i++) {
      const data = Float32Array.from((samples.data as Uint8Array).subarray(i * size, (i + 1) * size));
      const [scores] = await executor.forward({ dtype: "float32", dims: [1, ...shape], data });
      const values = toNumbers(scores!);
      if (values.indexOf(Math.max(...values)) === wanted[i]) right++;
    }
    return (100 * right) / executor.iteration;
  });
}

register("infer_wakeword", { labels: (data) => data.replace("calibration", "labels") });
register("infer_text_direction", { labels: (data) => data.replace("inputs", "labels") });
register("infer_resnet8", { labels: (data) => data.replace("images", "labels") });
