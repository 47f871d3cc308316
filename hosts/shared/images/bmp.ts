import { DataError } from "../../../core-ts/errors.ts";
import { admitSize, blank, type Picture, pixel, pixelsOf, type Size } from "./picture.ts";

// Own code: fast-bmp reads no palettes, decode-bmp no pictures that begin at the top, bmp-ts needs Node's Buffer

const [RGB, BITFIELDS, ALPHA_BITFIELDS] = [0, 3, 6];
/** Where the information header begins, and the length of the oldest one, which has 16-bit numbers. */
const INFO = 14;
const CORE_HEADER = 12;
const LONGEST_HEADER = 66;

interface Header extends Size {
  readonly isTopDown: boolean;
  readonly bits: number;
  /** Bits of red, green and blue in a pixel of 16 or 32 bits. */
  readonly masks: readonly number[];
  /** Colours of a picture of up to 8 bits, as pixels. */
  readonly palette: Uint32Array;
  readonly pixels: number;
}

function fail(file: string, found: string): never {
  throw new DataError(`${file} ${found}; save it again, for instance as PNG`, { file });
}

function readPalette(view: DataView, info: number, used: number, pixels: number): Uint32Array {
  const size = info === CORE_HEADER ? 3 : 4;
  const start = INFO + info;
  const count = Math.min(used, 256, Math.floor((Math.min(pixels, view.byteLength) - start) / size));
  return Uint32Array.from({ length: Math.max(0, count) }, (_, i) => {
    const at = start + i * size;
    return pixel(view.getUint8(at + 2), view.getUint8(at + 1), view.getUint8(at));
  });
}

const DEFAULT_MASKS: Readonly<Record<number, readonly number[]>> = {
  16: [0x7c00, 0x03e0, 0x001f],
  32: [0xff0000, 0x00ff00, 0x0000ff],
};

function readHeader(view: DataView, file: string): Header {
  const info = view.getUint32(INFO, true);
  const pixels = view.getUint32(10, true);
  const isCore = info === CORE_HEADER;
  if (!isCore && info < 40) fail(file, `has a BMP header of ${info} bytes, expected 12, or 40 and more`);
  const width = isCore ? view.getUint16(18, true) : view.getInt32(18, true);
  const height = isCore ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(isCore ? 24 : 28, true);
  const compression = isCore ? RGB : view.getUint32(30, true);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) fail(file, `is a BMP of ${bits} bits a pixel`);
  const hasMasks = compression === BITFIELDS || compression === ALPHA_BITFIELDS;
  if (compression !== RGB && !hasMasks) fail(file, "is a compressed BMP, expected an uncompressed one");
  const masks = hasMasks ? [0, 4, 8].map((at) => view.getUint32(INFO + 40 + at, true)) : DEFAULT_MASKS[bits];
  const used = isCore || view.getUint32(46, true) === 0 ? 2 ** bits : view.getUint32(46, true);
  return {
    width,
    height: Math.abs(height),
    isTopDown: height < 0,
    bits,
    masks: masks ?? [],
    palette: bits > 8 ? new Uint32Array() : readPalette(view, info, used, pixels),
    pixels,
  };
}

/** How a part of a pixel becomes a byte: shifted down, and spread over 0 to 255. */
function channel(mask: number): (value: number) => number {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
  const most = (mask >>> shift) >>> 0;
  return (value) => (most === 0 ? 0 : Math.floor((((value & mask) >>> shift) * 255) / most));
}

/** Gives the pixel of column `x` in the row that begins at byte `row`. */
function pixelReader(view: DataView, header: Header): (row: number, x: number) => number {
  const { bits, palette, masks } = header;
  if (bits === 24) {
    return (row, x) => {
      const at = row + x * 3;
      return pixel(view.getUint8(at + 2), view.getUint8(at + 1), view.getUint8(at));
    };
  }
  if (bits > 8) {
    const [red, green, blue] = masks.map(channel);
    const value = (at: number) => (bits === 16 ? view.getUint16(at, true) : view.getUint32(at, true));
    return (row, x) => {
      const found = value(row + (x * bits) / 8);
      return pixel(red!(found), green!(found), blue!(found));
    };
  }
  const most = 2 ** bits - 1;
  const black = pixel(0, 0, 0);
  return (row, x) => {
    const bit = x * bits;
    const byte = view.getUint8(row + (bit >> 3));
    return palette[(byte >> (8 - bits - (bit & 7))) & most] ?? black;
  };
}

/** Filled up to the longest header that is read, with its masks. */
function headerView(bytes: Uint8Array, file: string): DataView {
  if (bytes.length < INFO + CORE_HEADER) fail(file, "is cut off within its header");
  const start = new Uint8Array(Math.max(bytes.length, LONGEST_HEADER));
  start.set(bytes);
  return new DataView(start.buffer);
}

/** The size that a BMP file states. @throws DataError naming `file`. */
export function bmpSize(bytes: Uint8Array, file: string): Size {
  return readHeader(headerView(bytes, file), file);
}

/**
 * An uncompressed BMP file of 1, 4, 8, 16, 24 or 32 bits a pixel, from the bottom or from the top. Alpha is dropped.
 * @throws DataError naming `file` for other kinds, and for a file that is cut off.
 */
export function decodeBmp(bytes: Uint8Array, file: string): Picture {
  const view = headerView(bytes, file);
  const header = readHeader(view, file);
  admitSize(header, file);
  const { width, height, bits, pixels, isTopDown } = header;
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const found = Math.max(0, bytes.length - pixels);
  // Some programs leave the padding of the last row out.
  if (found < rowBytes * (height - 1) + Math.ceil((width * bits) / 8))
    fail(file, `has ${found} bytes of pixels, its size needs ${rowBytes * height}`);
  const picture = blank(header);
  const target = pixelsOf(picture);
  const read = pixelReader(view, header);
  for (let y = 0; y < height; y++) {
    const row = pixels + rowBytes * (isTopDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) target[y * width + x] = read(row, x);
  }
  return picture;
}
