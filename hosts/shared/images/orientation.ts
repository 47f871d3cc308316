import { blank, type Picture, pixelsOf } from "./picture.ts";

const ORIENTATION_TAG = 0x0112;
/** Bytes of one entry in a TIFF directory. */
const ENTRY_BYTES = 12;

/**
 * How a camera was held, from EXIF data (which are a TIFF file: byte order, offset of the first directory, its entries): 1 to 8, 1 being
 * upright. Also 1 for data that are damaged: the picture itself may be sound. Source: CIPA DC-008 (EXIF 2.32), tag 0x0112.
 */
export function exifOrientation(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return 1;
  const order = view.getUint16(0);
  const little = order === 0x4949;
  if (!little && order !== 0x4d4d) return 1;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const count = view.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + i * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > tiff.length) return 1;
    if (view.getUint16(entry, little) !== ORIENTATION_TAG) continue;
    const found = view.getUint16(entry + 8, little);
    return found >= 1 && found <= 8 ? found : 1;
  }
  return 1;
}

/** The picture as it was seen: turned and mirrored as its EXIF orientation says. */
export function upright(picture: Picture, orientation: number): Picture {
  if (orientation === 1) return picture;
  const { width, height } = picture;
  const isTurned = orientation >= 5;
  const isMirrored = [2, 3, 7, 8].includes(orientation);
  const isUpsideDown = [3, 4, 6, 7].includes(orientation);
  const turned = blank(isTurned ? { width: height, height: width } : { width, height });
  const [from, to] = [pixelsOf(picture), pixelsOf(turned)];
  for (let y = 0; y < turned.height; y++) {
    for (let x = 0; x < turned.width; x++) {
      const [column, row] = isTurned ? [y, x] : [x, y];
      const sourceX = isMirrored ? width - 1 - column : column;
      const sourceY = isUpsideDown ? height - 1 - row : row;
      to[y * turned.width + x] = from[sourceY * width + sourceX]!;
    }
  }
  return turned;
}
