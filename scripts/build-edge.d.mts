/** Where the worker is. */
export const WORKER: string;
/** Builds the worker into a folder, dist/edge when none is given; or another one, by its entry file, that stands on it. */
export function buildWorker(outdir?: string, entry?: string): Promise<void>;
