/** The index of a checkpoint: a table of sorted keys in blocks (leveldb's table format), values are BundleEntryProto (tensor_bundle.proto). */
import { ModelError } from "../../errors.ts";

const FOOTER = 48;
/** Last eight bytes of every table, little-endian. */
const MAGIC = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
/** Behind a block: how it is compressed (0: not at all), and a checksum. */
const UNCOMPRESSED = 0;

function broken(file: string, what: string): ModelError {
  return new ModelError(`${file} is no index of variables: ${what}; save the model again, or freeze it`, {
    file,
  });
}

/** Reads numbers of seven bits a byte, the lowest first. */
class Cursor {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #file: string;

  constructor(bytes: Uint8Array, at: number, file: string) {
    this.#bytes = bytes;
    this.at = at;
    this.#file = file;
  }

  number(): number {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) throw broken(this.#file, "it is cut off");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.#bytes.length) throw broken(this.#file, "it is cut off");
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }
}

interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
}

/** Entries of one block: every key holds only what differs from the one before. */
function entriesOf(bytes: Uint8Array, offset: number, size: number, file: string): Entry[] {
  const kind = bytes[offset + size];
  if (kind === undefined) throw broken(file, "it is cut off");
  if (kind !== UNCOMPRESSED) throw broken(file, "it is compressed");
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, size);
  const restarts = size >= 4 ? view.getUint32(size - 4, true) : 0;
  const end = offset + size - 4 - 4 * restarts;
  const cursor = new Cursor(bytes.subarray(0, offset + size), offset, file);
  const entries: Entry[] = [];
  let key: Uint8Array = new Uint8Array();
  while (cursor.at < end) {
    const [shared, rest, length] = [cursor.number(), cursor.number(), cursor.number()];
    const whole = new Uint8Array(shared + rest);
    whole.set(key.subarray(0, shared));
    whole.set(cursor.take(rest), shared);
    key = whole;
    entries.push({ key: new TextDecoder().decode(key), value: cursor.take(length) });
  }
  return entries;
}

/** All keys and values of the table. @throws ModelError for a file that is none. */
export function readIndex(bytes: Uint8Array, file: string): Map<string, Uint8Array> {
  const tail = bytes.subarray(-MAGIC.length);
  if (bytes.length < FOOTER || MAGIC.some((byte, i) => tail[i] !== byte))
    throw broken(file, "its end is not that of one");
  const footer = new Cursor(bytes, bytes.length - FOOTER, file);
  // The place of the meta index, which is empty.
  footer.number();
  footer.number();
  const blocks = entriesOf(bytes, footer.number(), footer.number(), file);
  const all = blocks.flatMap(({ value }) => {
    const handle = new Cursor(value, 0, file);
    return entriesOf(bytes, handle.number(), handle.number(), file);
  });
  return new Map(all.map(({ key, value }) => [key, value]));
}
