/** How often a stream is looked at within the time limit. */
const LOOKS = 10;

/** What a stream tells of its reader. */
export interface Reading {
  /** Pieces that wait to be taken. */
  readonly waiting: number;
  /** Pieces that were taken so far. */
  readonly taken: number;
}

/**
 * Calls `gone` once a reader has taken nothing for `timeout` ms although something waits: workerd may drop a connection that has broken without a word to the
 * stream, which then fills up. Looks are counted, not the time between them: a job that blocks the thread keeps the reader from reading as well.
 * @returns what ends the watch.
 */
export function watchReader(reading: () => Reading, timeout: number, gone: () => void): () => void {
  let [looks, last] = [0, -1];
  const timer = setInterval(() => {
    const { waiting, taken } = reading();
    looks = waiting > 0 && taken === last ? looks + 1 : 0;
    last = taken;
    if (looks < LOOKS) return;
    clearInterval(timer);
    gone();
  }, timeout / LOOKS);
  return () => clearInterval(timer);
}
