import { convertIndexedToRgb, type DecodedPng, decode } from "fast-png";
import { Unzlib } from "fflate";
import { DataError, reasonOf } from "../../../core-ts/errors.ts";
import { exifOrientation, upright } from "./orientation.ts";
import { admitSize, type Picture, type Size } from "./picture.ts";
import { type PngChunk, type PngHeader, pngChunks, pngHeader, unpackedBytes } from "./png-chunks.ts";

/**
 * Unpacks the pixels without keeping them: the decoder takes whatever comes out, and a small file can hold terabytes.
 * @throws DataError when it is not what the header says.
 */
function checkUnpacked(chunks: readonly PngChunk[], header: PngHeader, file: string): void {
  const expected = unpackedBytes(header);
  let found = 0;
  const inflator = new Unzlib((part) => {
    found += part.length;
    if (found > expected) throw new RangeError("there are more of them than its size says");
  });
  try {
    for (const { type, content } of chunks) if (type === "IDAT") inflator.push(content);
    inflator.push(new Uint8Array(0), true);
    if (found < expected) throw new RangeError("there are fewer of them than its size says");
  } catch (cause) {
    throw new DataError(`${file}: its pixels can't be unpacked: ${reasonOf(cause)}; replace the picture`, {
      file,
      cause,
    });
  }
}

/** The file without what is not needed for its pixels: transparency, profiles (which are packed as well), texts, further frames. */
function onlyPixels(bytes: Uint8Array, chunks: readonly PngChunk[]): Uint8Array {
  const kept = chunks.filter(({ type }) => ["IHDR", "PLTE", "IDAT", "IEND"].includes(type));
  const parts = [bytes.subarray(0, 8), ...kept.map(({ whole }) => whole)];
  const only = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    only.set(part, at);
    at += part.length;
  }
  return only;
}

/** Grey of 1, 2 or 4 bits as bytes from 0 to 255; every row begins with a byte of its own. */
function spreadBits({ data, depth, width, height }: DecodedPng): Uint8Array {
  const rowBytes = Math.ceil((width * depth) / 8);
  const most = 2 ** depth - 1;
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const bit = x * depth;
    const byte = data[y * rowBytes + (bit >> 3)]!;
    return ((byte >> (8 - depth - (bit & 7))) & most) * (255 / most);
  });
}

/** Samples of a byte, and how many a pixel has. Of 16 bits the upper 8 are taken. */
function samplesOf(png: DecodedPng): { readonly samples: Uint8Array; readonly channels: number } {
  const { data, depth, channels } = png;
  if (png.palette) return { samples: convertIndexedToRgb(png), channels: 3 };
  if (depth < 8) return { samples: spreadBits(png), channels };
  const samples = depth === 16 ? Uint8Array.from(data, (sample) => sample >> 8) : (data as Uint8Array);
  return { samples, channels };
}

function toRgba(png: DecodedPng): Uint8Array<ArrayBuffer> {
  const { samples, channels } = samplesOf(png);
  const rgba = new Uint8Array(png.width * png.height * 4).fill(255);
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2];
  for (let from = 0, to = 0; to < rgba.length; from += channels, to += 4) {
    rgba[to] = samples[from]!;
    rgba[to + 1] = samples[from + green]!;
    rgba[to + 2] = samples[from + blue]!;
  }
  return rgba;
}

/** The size that a PNG file states. @throws DataError naming `file`. */
export function pngSize(bytes: Uint8Array, file: string): Size {
  return pngHeader([...pngChunks(bytes, file)], file);
}

/**
 * A PNG file, upright: any depth, grey, colours or palette, interlaced or not. Transparency is dropped, not blended, as in Pillow's
 * convert("RGB").
 * @throws DataError naming `file`; library errors for damaged content.
 */
export function decodePng(bytes: Uint8Array, file: string): Picture {
  const chunks = [...pngChunks(bytes, file)];
  const header = pngHeader(chunks, file);
  admitSize(header, file);
  checkUnpacked(chunks, header, file);
  const png = decode(onlyPixels(bytes, chunks), { checkCrc: true });
  const exif = chunks.find(({ type }) => type === "eXIf");
  const picture = { width: png.width, height: png.height, rgba: toRgba(png) };
  return upright(picture, exif ? exifOrientation(exif.content) : 1);
}
