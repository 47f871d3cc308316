import { DataError } from "../../../core-ts/errors.ts";
import type { Size } from "./picture.ts";

/** A part of a PNG file (PNG specification, 5.3). */
export interface PngChunk {
  readonly type: string;
  readonly content: Uint8Array;
  /** With length, type and checksum. */
  readonly whole: Uint8Array;
}

export interface PngHeader extends Size {
  readonly bitsPerPixel: number;
  readonly isInterlaced: boolean;
}

const SIGNATURE_BYTES = 8;
/** Length, type and checksum. */
const FRAME_BYTES = 12;

/** The chunks of a file, to IEND. @throws DataError where the file ends before. */
export function* pngChunks(bytes: Uint8Array, file: string): Generator<PngChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = SIGNATURE_BYTES; at + FRAME_BYTES <= bytes.length; ) {
    const end = at + FRAME_BYTES + view.getUint32(at);
    if (end > bytes.length) break;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    yield { type, content: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) };
    if (type === "IEND") return;
    at = end;
  }
  throw new DataError(`${file} is cut off; replace the picture`, { file });
}

/** Samples a pixel, by colour type. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** What IHDR says. @throws DataError where it is missing or says nonsense. */
export function pngHeader(chunks: readonly PngChunk[], file: string): PngHeader {
  const [first] = chunks;
  const channels = CHANNELS[first?.content[9] ?? -1];
  if (first?.type !== "IHDR" || first.content.length !== 13 || channels === undefined)
    throw new DataError(`${file} is a PNG file with a damaged header; replace the picture`, { file });
  const view = new DataView(first.content.buffer, first.content.byteOffset);
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    bitsPerPixel: channels * view.getUint8(8),
    isInterlaced: view.getUint8(12) === 1,
  };
}

/** First column and row, and their distances, in each of Adam7's passes. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Bytes of the pixels once unpacked: rows of whole bytes, each with one that names its filter. */
export function unpackedBytes({ width, height, bitsPerPixel, isInterlaced }: PngHeader): number {
  const bytes = (columns: number, rows: number) =>
    columns === 0 ? 0 : rows * (1 + Math.ceil((columns * bitsPerPixel) / 8));
  if (!isInterlaced) return bytes(width, height);
  return ADAM7.reduce((sum, [x, y, stepX, stepY]) => {
    const columns = Math.max(0, Math.ceil((width - x) / stepX));
    return sum + bytes(columns, Math.max(0, Math.ceil((height - y) / stepY)));
  }, 0);
}
