import jpeg from "jpeg-js";
import { DataError } from "../../../core-ts/errors.ts";
import { exifOrientation, upright } from "./orientation.ts";
import { admitSize, type Picture, type Size } from "./picture.ts";

const [SOF0, SOF2, DHT, SOI, SOS, APP1, APP14] = [0xc0, 0xc2, 0xc4, 0xd8, 0xda, 0xe1, 0xee];
/** Frames of other kinds: lossless, differential, arithmetic; 0xc8 is reserved, 0xc4 and 0xcc are tables. */
const OTHER_FRAMES = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];

/** What stands in front of the pixels. */
interface Header extends Size {
  readonly orientation: number;
  /** Whether three components are red, green and blue as they are: libjpeg's rule. */
  readonly isRgb: boolean;
}

const startsWith = (bytes: Uint8Array, text: string): boolean =>
  [...text].every((letter, i) => bytes[i] === letter.charCodeAt(0));

/** The segments up to the first scan: marker and content. Ends where the file does. */
function* segments(bytes: Uint8Array): Generator<[marker: number, content: Uint8Array]> {
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff) return;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    yield [marker, bytes.subarray(at + 4, at + 2 + length)];
    if (marker === SOS || marker === SOI || length < 2) return;
    at += 2 + length;
  }
}

function readHeader(bytes: Uint8Array, file: string): Header {
  let [orientation, transform, identifiers] = [1, -1, ""];
  let size: Size | undefined;
  for (const [marker, content] of segments(bytes)) {
    if (marker === APP1 && startsWith(content, "Exif\0\0"))
      orientation = exifOrientation(content.subarray(6));
    if (marker === APP14 && startsWith(content, "Adobe")) transform = content[11] ?? -1;
    if (OTHER_FRAMES.includes(marker) || (marker >= SOF0 && marker <= SOF2 && content[0] !== 8)) {
      const kind = content[0] === 8 ? "a lossless or arithmetically coded" : `a ${content[0]}-bit`;
      throw new DataError(
        `${file} is ${kind} JPEG, expected a baseline or progressive one of 8 bit; save it again`,
        { file },
      );
    }
    if (marker < SOF0 || marker > SOF2 || marker === DHT || content.length < 6) continue;
    size = { height: (content[1]! << 8) | content[2]!, width: (content[3]! << 8) | content[4]! };
    identifiers = String.fromCharCode(...content.subarray(6).filter((_, i) => i % 3 === 0));
  }
  if (!size) throw new DataError(`${file} is cut off in front of its pixels; replace the picture`, { file });
  const isRgb = transform === 0 || (transform === -1 && identifiers === "RGB");
  return { ...size, orientation, isRgb };
}

/**
 * A JPEG file, upright. Grey and CMYK ones become RGB as in Pillow's convert("RGB"), without colour profiles.
 * @throws DataError naming `file`; library errors for damaged content.
 */
export function decodeJpeg(bytes: Uint8Array, file: string): Picture {
  const { orientation, isRgb, ...size } = readHeader(bytes, file);
  admitSize(size, file);
  const { data, width, height } = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: true,
    // Files that are cut off would come with grey in place of what is missing.
    tolerantDecoding: false,
    // The size is checked above; these only have to be out of the way.
    maxResolutionInMP: Number.POSITIVE_INFINITY,
    maxMemoryUsageInMB: Number.POSITIVE_INFINITY,
    ...(isRgb ? { colorTransform: false } : {}),
  });
  return upright({ width, height, rgba: data as Uint8Array<ArrayBuffer> }, orientation);
}
