/** What user scripts and programs get from "knight-quant" on Deno. */
export * from "../shared/entry.ts";
export { type DenoHostOptions, openDenoHost } from "./host.ts";
export { loadDenoKernels } from "./kernels.ts";
export { loadNpy } from "./load-npy.ts";
