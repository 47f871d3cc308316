/** Path of the compiled kernels of one kind. */
export function kernelsPath(kind: "simd" | "scalar"): string;
/** Builds what is out of date; returns the targets that were built. */
export function buildKernels(): Promise<string[]>;
