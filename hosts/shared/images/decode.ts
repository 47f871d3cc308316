import { DataError, KnightError, reasonOf } from "../../../core-ts/errors.ts";
import { bmpSize, decodeBmp } from "./bmp.ts";
import { decodeJpeg, jpegSize } from "./jpeg.ts";
import type { Picture, Size } from "./picture.ts";
import { decodePng, pngSize } from "./png.ts";

/** Kinds of pictures: how their files begin, and what reads them. */
const KINDS = {
  JPEG: { magic: [0xff, 0xd8, 0xff], decode: decodeJpeg, size: jpegSize },
  PNG: { magic: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], decode: decodePng, size: pngSize },
  BMP: { magic: [0x42, 0x4d], decode: decodeBmp, size: bmpSize },
} as const;

type Kind = keyof typeof KINDS;

/** Endings of picture files, in lower case; the content says which kind one is. */
export const PICTURE_ENDINGS: readonly string[] = ["jpg", "jpeg", "png", "bmp"];

/** Has the file read by what reads its kind; what a library throws becomes a DataError. */
function readBy<T>(bytes: Uint8Array, file: string, read: (kind: Kind) => T): T {
  const kinds = Object.keys(KINDS) as Kind[];
  const kind = kinds.find((one) => KINDS[one].magic.every((byte, i) => bytes[i] === byte));
  if (!kind) {
    const found = bytes.length === 0 ? "is empty" : "is no picture of a known kind";
    throw new DataError(`${file} ${found}, expected a ${kinds.join(", ")} file; replace it`, { file });
  }
  try {
    return read(kind);
  } catch (cause) {
    if (cause instanceof KnightError) throw cause;
    throw new DataError(`${file} is a damaged ${kind} file: ${reasonOf(cause)}; replace the picture`, {
      file,
      cause,
    });
  }
}

/**
 * A picture file in RGB, upright, whatever its name ends with.
 * @throws DataError naming `file` for another kind of file, a damaged one, or one that is too large.
 */
export function decodePicture(bytes: Uint8Array, file: string): Picture {
  return readBy(bytes, file, (kind) => KINDS[kind].decode(bytes, file));
}

/** The size that a picture file states, before anything is unpacked; not yet turned upright. @throws DataError as `decodePicture`. */
export function pictureSize(bytes: Uint8Array, file: string): Size {
  const { width, height } = readBy(bytes, file, (kind) => KINDS[kind].size(bytes, file));
  return { width, height };
}
