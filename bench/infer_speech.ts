/**
 * A user script for the recurrent models of ../shared/models: `-uds bench/infer_speech.ts -if infer_commands -d lstm_kws/lstm_kws_reference.npz` (agreement with the recorded
 * answers of PyTorch, %), `-if infer_vad -d silero/test.wav` (agreement of speech or not with reference_probs.json beside it, %). The VAD's state is carried from chunk
 * to chunk, as a device does it.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Executor, onnxInferFunc, type Tensor, toNumbers } from "knight-quant";
import { readNpz } from "../hosts/shared/npy/npz.ts";

const argmax = (values: readonly number[]): number => values.indexOf(Math.max(...values));
const float32 = (dims: number[], data: Float32Array): Tensor => ({ dtype: "float32", dims, data });

const [FRAMES, FEATURES, COMMANDS] = [25, 40, 12];

onnxInferFunc.register("infer_commands", async (executor: Executor) => {
  const arrays = readNpz(readFileSync(executor.dataset!), executor.dataset!);
  const [samples, answers] = [arrays.get("x")!.data as Float32Array, toNumbers(arrays.get("y")!)];
  const size = FRAMES * FEATURES;
  let same = 0;
  for (let i = 0; i < executor.iteration; i++) {
    const data = samples.slice(i * size, (i + 1) * size);
    const [logits] = await executor.forward(float32([1, FRAMES, FEATURES], data));
    if (argmax(toNumbers(logits!)) === argmax(answers.slice(i * COMMANDS, (i + 1) * COMMANDS))) same++;
  }
  return (100 * same) / executor.iteration;
});

const [CHUNK, CONTEXT, WAV_HEADER] = [512, 64, 44];

onnxInferFunc.register("infer_vad", async (executor: Executor) => {
  const bytes = readFileSync(executor.dataset!);
  const sound = new Int16Array(
    bytes.buffer.slice(bytes.byteOffset + WAV_HEADER, bytes.byteOffset + bytes.length),
  );
  const { probs } = JSON.parse(
    readFileSync(join(dirname(executor.dataset!), "reference_probs.json"), "utf8"),
  ) as {
    probs: number[];
  };
  let state = float32([2, 1, 128], new Float32Array(256));
  let same = 0;
  const count = Math.min(executor.iteration, Math.floor(sound.length / CHUNK));
  for (let i = 0; i < count; i++) {
    const data = Float32Array.from(
      { length: CONTEXT + CHUNK },
      (_, k) => (sound[i * CHUNK + k - CONTEXT] ?? 0) / 32768,
    );
    const [speech, next] = await executor.forward(float32([1, CONTEXT + CHUNK], data), state);
    state = float32([2, 1, 128], Float32Array.from(next!.data as Float32Array));
    if (Number(speech!.data[0]) >= 0.5 === probs[i]! >= 0.5) same++;
  }
  return (100 * same) / count;
});
