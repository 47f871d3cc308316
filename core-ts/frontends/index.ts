import type { Model } from "../graph/graph.ts";
import type { ReadOptions } from "../onnx/read.ts";
import { fromOnnx } from "./onnx/index.ts";

/** Model file → Model in canonical form: names unique, opset CANONICAL_OPSET, nodes in topological order. */
export type Frontend = (bytes: Uint8Array, options: ReadOptions) => Promise<Model>;

/** Every format that can be read, by the name users give it. */
export const FRONTENDS = {
  onnx: fromOnnx,
} as const satisfies Readonly<Record<string, Frontend>>;

export type FrontendName = keyof typeof FRONTENDS;
