import { isGranted } from "./permissions.ts";
import { deno } from "./runtime.ts";

const STATUS = "/proc/self/status";

/** Linux tells the peak, where Deno may read it; Deno itself knows only what is resident now, which is no peak. */
export async function denoPeakMemory(): Promise<number | undefined> {
  if (!isGranted({ name: "read", path: STATUS })) return undefined;
  // Readable files of /proc may still be refused: newer versions want all permissions for it.
  const bytes = await deno.readFile(STATUS).catch(() => new Uint8Array());
  const peak = /^VmHWM:\s*(\d+) kB$/m.exec(new TextDecoder().decode(bytes))?.[1];
  return peak === undefined ? undefined : Number(peak) * 1024;
}
