import jpeg from "jpeg-js";
import { DataError } from "../../../core-ts/errors.ts";
import { type Coverage, fromYcc } from "./jpeg-colors.ts";
import { exifOrientation, upright } from "./orientation.ts";
import { admitSize, type Picture, type Size } from "./picture.ts";

const [SOF0, SOF2, SOI, SOS, APP1, APP14] = [0xc0, 0xc2, 0xd8, 0xda, 0xe1, 0xee];
/** Frames of other kinds: lossless, differential, arithmetic; 0xc8 is reserved, 0xc4 and 0xcc are tables. */
const OTHER_FRAMES = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];

/** A block of 64 pixels takes at least a bit: a short file that claims more would take memory in vain. */
const MOST_PIXELS_A_BYTE = 8 * 64;

/** A component as the frame declares it: its letter or number, and its share of the samples in both directions. */
interface Component {
  readonly id: number;
  readonly across: number;
  readonly down: number;
}

/** What stands in front of the pixels. */
interface Header extends Size {
  readonly orientation: number;
  readonly components: readonly Component[];
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

interface Frame extends Size {
  readonly components: readonly Component[];
}

/** @throws DataError for kinds that are not read. */
function readFrame(marker: number, content: Uint8Array, file: string): Frame | undefined {
  const isRead = marker >= SOF0 && marker <= SOF2;
  if (OTHER_FRAMES.includes(marker) || (isRead && content[0] !== 8)) {
    const kind = content[0] === 8 ? "a lossless or arithmetically coded" : `a ${content[0]}-bit`;
    throw new DataError(
      `${file} is ${kind} JPEG, expected a baseline or progressive one of 8 bit; save it again`,
      { file },
    );
  }
  if (!isRead || content.length < 6) return undefined;
  const components = Array.from({ length: Math.floor((content.length - 6) / 3) }, (_, i) => {
    const [id, sampling] = content.subarray(6 + i * 3);
    return { id: id!, across: sampling! >> 4, down: sampling! & 15 };
  });
  return {
    height: (content[1]! << 8) | content[2]!,
    width: (content[3]! << 8) | content[4]!,
    components,
  };
}

/** Adobe's segment names the color transform: 0 is none. */
const isAdobe = (marker: number, content: Uint8Array) => marker === APP14 && startsWith(content, "Adobe");

function readHeader(bytes: Uint8Array, file: string): Header {
  let [orientation, transform] = [1, -1];
  let frame: Frame | undefined;
  for (const [marker, content] of segments(bytes)) {
    if (marker === APP1 && startsWith(content, "Exif\0\0"))
      orientation = exifOrientation(content.subarray(6));
    if (isAdobe(marker, content)) transform = content[11] ?? -1;
    frame = readFrame(marker, content, file) ?? frame;
  }
  if (!frame) throw new DataError(`${file} is cut off in front of its pixels; replace the picture`, { file });
  const letters = String.fromCharCode(...frame.components.map(({ id }) => id));
  return { ...frame, orientation, isRgb: transform === 0 || (transform === -1 && letters === "RGB") };
}

/** jpeg-js lets Adobe's segment overrule what it is told: its name is made unknown. */
function withoutAdobe(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  for (const [marker, content] of segments(copy)) if (isAdobe(marker, content)) content[0] = 0;
  return copy;
}

const OPTIONS = {
  useTArray: true,
  // Files that are cut off would come with grey in place of what is missing.
  tolerantDecoding: false,
  // The size is checked in front of it; these only have to be out of the way.
  maxResolutionInMP: Number.POSITIVE_INFINITY,
  maxMemoryUsageInMB: Number.POSITIVE_INFINITY,
} as const;

function decodeYcc(bytes: Uint8Array, size: Size, components: readonly Component[]): Picture {
  const raw = { ...OPTIONS, formatAsRGBA: false, colorTransform: false };
  const { data } = jpeg.decode(withoutAdobe(bytes), raw);
  const [most, lines] = [
    Math.max(...components.map(({ across }) => across)),
    Math.max(...components.map(({ down }) => down)),
  ];
  const coverage = components
    .slice(1)
    .map(({ across, down }): Coverage => ({ across: most / across, down: lines / down }));
  return fromYcc(data, size, coverage as [Coverage, Coverage]);
}

/** The size that a JPEG file states. @throws DataError naming `file`. */
export function jpegSize(bytes: Uint8Array, file: string): Size {
  return readHeader(bytes, file);
}

/**
 * A JPEG file, upright. Grey and CMYK ones become RGB as in Pillow's convert("RGB"), without colour profiles.
 * @throws DataError naming `file`; library errors for damaged content.
 */
export function decodeJpeg(bytes: Uint8Array, file: string): Picture {
  const { orientation, isRgb, components, width, height } = readHeader(bytes, file);
  admitSize({ width, height }, file);
  if (width * height > bytes.length * MOST_PIXELS_A_BYTE) {
    throw new DataError(
      `${file} says it has ${width} x ${height} pixels, which its ${bytes.length} bytes can't hold; replace the picture`,
      { file },
    );
  }
  if (components.length === 3 && !isRgb)
    return upright(decodeYcc(bytes, { width, height }, components), orientation);
  const options = { ...OPTIONS, formatAsRGBA: true, ...(isRgb ? { colorTransform: false } : {}) };
  const { data } = jpeg.decode(bytes, options);
  return upright({ width, height, rgba: data as Uint8Array<ArrayBuffer> }, orientation);
}
