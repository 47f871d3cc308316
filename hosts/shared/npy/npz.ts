import { type UnzipFileInfo, unzipSync, zipSync } from "fflate";
import { DataError, reasonOf } from "../../../core-ts/errors.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { readNpy } from "./read.ts";
import { writeNpy } from "./write.ts";

/** What an archive may hold; more is refused before it is unpacked. */
export interface NpzLimits {
  readonly entries: number;
  /** Bytes of all entries together, unpacked. */
  readonly bytes: number;
}

export const NPZ_LIMITS: NpzLimits = { entries: 4096, bytes: 2 ** 31 };

/** Deflate can't shrink anything further: an entry that claims more is no archive of numpy's. */
const LARGEST_RATIO = 1100;

/** Looks at one entry of the archive's directory before it is unpacked. @throws DataError. */
function admit(file: string, limits: NpzLimits): (entry: UnzipFileInfo) => boolean {
  let [entries, bytes] = [0, 0];
  const refuse = (found: string): never => {
    throw new DataError(`${file} ${found}; give smaller archives, or single .npy files`, { file });
  };
  return ({ name, originalSize, size }) => {
    if (name.endsWith("/")) return false;
    entries += 1;
    bytes += originalSize;
    if (entries > limits.entries) refuse(`holds more than ${limits.entries} arrays`);
    if (bytes > limits.bytes)
      refuse(`unpacks to more than ${limits.bytes} bytes, of which this program takes no more`);
    if (originalSize > size * LARGEST_RATIO + 1024)
      refuse(`says that "${name}" unpacks from ${size} to ${originalSize} bytes, which no compression does`);
    return true;
  };
}

/**
 * The arrays of a .npz file (numpy.savez and savez_compressed) by name, in the order of the archive.
 * @throws DataError naming the file for what is no archive, is damaged, or passes the limits.
 */
export function readNpz(
  bytes: Uint8Array,
  file: string,
  limits: NpzLimits = NPZ_LIMITS,
): Map<string, Tensor> {
  let unpacked: Record<string, Uint8Array>;
  try {
    unpacked = unzipSync(bytes, { filter: admit(file, limits) });
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new DataError(
      `${file} is no readable .npz archive (${reasonOf(cause)}); save the arrays again with numpy.savez`,
      { file, cause },
    );
  }
  return new Map(
    Object.entries(unpacked).map(([name, content]) => [
      name.replace(/\.npy$/, ""),
      readNpy(content, `${file}: ${name}`),
    ]),
  );
}

/** The arrays as numpy.savez would write them, stored without compression and without dates: the same arrays give the same bytes. */
export function writeNpz(arrays: ReadonlyMap<string, Tensor>): Uint8Array {
  const entries = [...arrays].map(([name, t]) => [`${name}.npy`, writeNpy(t)] as const);
  return zipSync(Object.fromEntries(entries), { level: 0, mtime: "1980-01-01T00:00:00" });
}
