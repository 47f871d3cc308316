import { readFileSync } from "node:fs";

/** How often a process is looked at. VmHWM never falls, so only what is allocated in its last moments can be missed. */
const EVERY_MS = 10;

/** Highest resident memory of a process so far, in MB; 0 for one that has ended. Linux: /proc/PID/status. */
function highWaterMb(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Watches the processes that `pids` names, new ones included, until `stop`, which gives the sum of their peaks in MB. */
export function watchMemory(pids: () => readonly number[]): { stop(): number } {
  const peaks = new Map<number, number>();
  const look = () => {
    for (const pid of pids()) peaks.set(pid, Math.max(peaks.get(pid) ?? 0, highWaterMb(pid)));
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return [...peaks.values()].reduce((sum, peak) => sum + peak, 0);
    },
  };
}
