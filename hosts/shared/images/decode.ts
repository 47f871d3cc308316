import { DataError, KnightError, reasonOf } from "../../../core-ts/errors.ts";
import { decodeBmp } from "./bmp.ts";
import { decodeJpeg } from "./jpeg.ts";
import type { Picture } from "./picture.ts";
import { decodePng } from "./png.ts";

/** Kinds of pictures: how their files begin, and what reads them. */
const KINDS = {
  JPEG: { magic: [0xff, 0xd8, 0xff], decode: decodeJpeg },
  PNG: { magic: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], decode: decodePng },
  BMP: { magic: [0x42, 0x4d], decode: decodeBmp },
} as const;

/** Endings of picture files, in lower case; the content says which kind one is. */
export const PICTURE_ENDINGS: readonly string[] = ["jpg", "jpeg", "png", "bmp"];

/**
 * A picture file in RGB, upright, whatever its name ends with.
 * @throws DataError naming `file` for another kind of file, a damaged one, or one that is too large.
 */
export function decodePicture(bytes: Uint8Array, file: string): Picture {
  for (const [kind, { magic, decode }] of Object.entries(KINDS)) {
    if (!magic.every((byte, i) => bytes[i] === byte)) continue;
    try {
      return decode(bytes, file);
    } catch (cause) {
      if (cause instanceof KnightError) throw cause;
      throw new DataError(`${file} is a damaged ${kind} file: ${reasonOf(cause)}; replace the picture`, {
        file,
        cause,
      });
    }
  }
  const found = bytes.length === 0 ? "is empty" : `is no picture of a known kind`;
  throw new DataError(`${file} ${found}, expected a ${Object.keys(KINDS).join(", ")} file; replace it`, {
    file,
  });
}
