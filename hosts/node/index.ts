/** What user scripts and programs get from "knight-quant". */
export * from "../../core-ts/index.ts";
export type { Executor, InferFunction } from "../shared/infer/executor.ts";
export { readNpy } from "../shared/npy/read.ts";
export { writeNpy } from "../shared/npy/write.ts";
/** The vendor's spelling. */
export { onnxInferFunc, onnxInferFunc as onnx_infer_func } from "./infer-functions.ts";
export { loadNodeKernels } from "./kernels.ts";
export { loadNpy } from "./load-npy.ts";
export { createNodeBackend } from "./ort.ts";
