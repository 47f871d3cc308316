/** What user scripts and programs get from "knight-quant" on every host; each adds its own way to files and to a runtime. */
export * from "../../core-ts/index.ts";
export type { Detection } from "./detection/boxes.ts";
export type { DecodeContext, Decoder } from "./detection/decode/decoder.ts";
export { registerDecoder } from "./detection/user-decoders.ts";
export type { Executor, InferFunction } from "./infer/executor.ts";
/** The vendor's spelling. */
export { onnxInferFunc, onnxInferFunc as onnx_infer_func } from "./infer/infer-functions.ts";
export { readNpy } from "./npy/read.ts";
export { writeNpy } from "./npy/write.ts";
