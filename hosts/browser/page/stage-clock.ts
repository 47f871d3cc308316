import type { JobEvent } from "../../shared/job/index.ts";

/** How far a stage is. */
export interface Stage {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** Estimated from the speed so far; undefined before the first step. */
  readonly leftMs: number | undefined;
}

/** Turns progress events into stages with the time left. */
export function stageClock(now: () => number): (event: JobEvent & { kind: "progress" }) => Stage {
  let label = "";
  let began = 0;
  return ({ label: next, done, total }) => {
    if (next !== label || done === 0) [label, began] = [next, now()];
    const leftMs = done > 0 ? ((now() - began) / done) * Math.max(0, total - done) : undefined;
    return { label, done, total, leftMs };
  };
}
