/** Threads share memory, which browsers allow to cross-origin isolated pages only. */
export const MOST_THREADS = crossOriginIsolated ? navigator.hardwareConcurrency : 1;

/**
 * Threads of a job that does not say how many: half of what the processor runs at a time, four at most, as ONNX Runtime itself would take. Its threads spin while
 * they wait for each other, which costs more than it brings where anything else needs the cores; two cores are left to one thread.
 */
export const THREADS = Math.min(4, Math.ceil(MOST_THREADS / 2));
