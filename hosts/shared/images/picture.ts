import { DataError } from "../../../core-ts/errors.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A picture as it is looked at: four bytes a pixel (red, green, blue, 255), row by row from the top, at the start of their buffer. */
export interface Picture extends Size {
  readonly rgba: Uint8Array<ArrayBuffer>;
}

/** Pixels of the largest picture that is decoded: more than cameras make, and 200 MB once unpacked. */
export const MOST_PIXELS = 50_000_000;

/** @throws DataError before memory is taken for a picture that is empty or too large. */
export function admitSize({ width, height }: Size, file: string): void {
  if (width < 1 || height < 1)
    throw new DataError(
      `${file} has ${width} x ${height} pixels, expected at least one; replace the picture`,
      {
        file,
      },
    );
  if (width * height > MOST_PIXELS)
    throw new DataError(
      `${file} has ${width} x ${height} pixels, of which at most ${MOST_PIXELS} are taken; make the picture smaller`,
      { file },
    );
}

/** An empty picture of opaque black. */
export function blank({ width, height }: Size): Picture {
  const rgba = new Uint8Array(width * height * 4);
  new Uint32Array(rgba.buffer).fill(pixel(0, 0, 0));
  return { width, height, rgba };
}

/** The same pixels, one number each: for moving them about. */
export function pixelsOf({ width, height, rgba }: Picture): Uint32Array {
  return new Uint32Array(rgba.buffer, 0, width * height);
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** An opaque pixel as `pixelsOf` holds it, on machines of either byte order. */
export function pixel(red: number, green: number, blue: number): number {
  return IS_LITTLE_ENDIAN
    ? ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0
    : ((red << 24) | (green << 16) | (blue << 8) | 255) >>> 0;
}
