import type { StoredError } from "../../../../conformance/case-file.ts";
import { type Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";
import { storeTensor } from "../../store.ts";
import { type OnnxText, onnxBase64 } from "../onnx-text.ts";

/** Values of a tensor, cycled until it is full. */
export function filled(dims: readonly number[], values: readonly number[]): Tensor {
  const count = dims.reduce((product, dim) => product * dim, 1);
  const data = Float32Array.from({ length: count }, (_, i) => values[i % values.length]!);
  return tensor("float32", dims, data);
}

/** A sound model: Conv, Relu, Gemm. */
export const SOUND: OnnxText = {
  inputs: { x: [1, 3, 4, 4] },
  constants: { w: filled([2, 3, 3, 3], [0.5, -0.25, 1, 0.125]), m: filled([8, 5], [1, -0.5, 0.25]) },
  nodes: [
    ["c", "Conv", "x w"],
    ["r", "Relu", "c"],
    ["f", "Flatten", "r"],
    ["y", "Gemm", "f m"],
  ],
  outputs: "y",
};

export const GOOD_DATA = { x: filled([1, 3, 4, 4], [1, -2, 0.5, 3, -0.25]) };

interface ErrorText extends Omit<StoredError, "model" | "options" | "batches" | "expected"> {
  readonly model?: OnnxText | string;
  readonly options?: StoredError["options"];
  readonly data?: readonly Readonly<Record<string, Tensor>>[];
  readonly code: StoredError["expected"]["code"];
  readonly where?: StoredError["expected"]["where"];
  readonly says: readonly string[];
}

/** What is not said is sound: the model, the options, one batch. */
export function errorCase(text: ErrorText): StoredError {
  const { model = SOUND, options = {}, data = [GOOD_DATA], code, where = {}, says, ...rest } = text;
  const store = (batch: Readonly<Record<string, Tensor>>) =>
    Object.fromEntries(Object.entries(batch).map(([name, t]) => [name, storeTensor(t)]));
  return {
    ...rest,
    model: typeof model === "string" ? model : onnxBase64(model),
    options,
    batches: data.map(store),
    expected: { code, where, says },
  };
}
