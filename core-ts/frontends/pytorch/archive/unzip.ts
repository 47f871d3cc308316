import { type UnzipFileInfo, unzipSync } from "fflate";
import { ModelError, reasonOf } from "../../../errors.ts";

/** An unpacked archive by path, without the folder in which everything lies; `file` for messages. */
export interface Archive {
  readonly file: string;
  readonly entries: ReadonlyMap<string, Uint8Array>;
}

/** What an archive may hold; more is refused before it is unpacked. */
export interface ArchiveLimits {
  readonly entries: number;
  /** Bytes of all entries together, unpacked. */
  readonly bytes: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = { entries: 65536, bytes: 0x1_0000_0000 };

/** Deflate can't shrink anything further: an entry that claims more is no honest archive. */
const LARGEST_RATIO = 1100;

/** Looks at one entry of the archive's directory before it is unpacked. @throws ModelError. */
function admit(file: string, limits: ArchiveLimits): (entry: UnzipFileInfo) => boolean {
  let [entries, bytes] = [0, 0];
  const refuse = (found: string): never => {
    throw new ModelError(`${file} ${found}; export the model again`, { file });
  };
  return ({ name, originalSize, size }) => {
    entries += 1;
    bytes += originalSize;
    if (entries > limits.entries) refuse(`holds more than ${limits.entries} entries`);
    if (bytes > limits.bytes) refuse(`unpacks to more than ${limits.bytes} bytes`);
    if (originalSize > size * LARGEST_RATIO + 1024) {
      refuse(`says that "${name}" unpacks from ${size} to ${originalSize} bytes, which no compression does`);
    }
    return !name.endsWith("/");
  };
}

/** @throws ModelError for what is damaged or passes the limits. */
export function unzip(bytes: Uint8Array, file: string, limits: ArchiveLimits = ARCHIVE_LIMITS): Archive {
  let unpacked: Record<string, Uint8Array>;
  try {
    unpacked = unzipSync(bytes, { filter: admit(file, limits) });
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw new ModelError(
      `${file} is no readable zip archive (${reasonOf(cause)}); it may be cut off: copy or export it again`,
      { file, cause },
    );
  }
  const paths = Object.keys(unpacked);
  const folder = /^[^/]+\//.exec(paths[0] ?? "")?.[0] ?? "";
  const isCommon = folder !== "" && paths.every((path) => path.startsWith(folder));
  const cut = isCommon ? folder.length : 0;
  return { file, entries: new Map(paths.map((path) => [path.slice(cut), unpacked[path]!])) };
}
