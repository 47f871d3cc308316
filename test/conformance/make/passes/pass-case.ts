import type { StoredPass } from "../../../../conformance/case-file.ts";
import { type Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";
import { storeTensor } from "../../store.ts";
import { type OnnxText, onnxBase64 } from "../onnx-text.ts";

export const floats = (dims: readonly number[], values: readonly number[]): Tensor =>
  tensor("float32", dims, Float32Array.from(values));

export const int64s = (...values: number[]): Tensor =>
  tensor("int64", [values.length], BigInt64Array.from(values, BigInt));

/** "name: outputs = Op(inputs) {attributes} from origins" for each node left, and the constants they read. */
export function passCase(
  title: string,
  model: OnnxText,
  nodes: readonly string[],
  constants: Readonly<Record<string, Tensor>> = {},
): StoredPass {
  const stored = Object.entries(constants).map(([name, t]) => [name, storeTensor(t)] as const);
  return { title, model: onnxBase64(model), expected: { nodes, constants: Object.fromEntries(stored) } };
}
