/** What user scripts and programs get from "knight-quant" on Node. */
export * from "../shared/entry.ts";
export { loadNodeKernels } from "./kernels.ts";
export { loadNpy } from "./load-npy.ts";
export { createNodeBackend } from "./ort.ts";
