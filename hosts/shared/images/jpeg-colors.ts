import { blank, type Picture, pixel, pixelsOf, type Size } from "./picture.ts";

/** One component of a JPEG in its own size. */
interface Plane extends Size {
  readonly samples: Uint8Array;
}

/** How many pixels one sample of a component covers. */
export interface Coverage {
  readonly across: number;
  readonly down: number;
}

/** A component as it is stored, out of samples of three components that were repeated for each pixel. */
function storedPlane(repeated: Uint8Array, size: Size, component: number, { across, down }: Coverage): Plane {
  const [width, height] = [Math.ceil(size.width / across), Math.ceil(size.height / down)];
  const samples = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = y * down * size.width;
    for (let x = 0; x < width; x++) samples[y * width + x] = repeated[(row + x * across) * 3 + component]!;
  }
  return { width, height, samples };
}

/** Sums of a row and its nearer neighbour: each row becomes two, 3/4 of the one and 1/4 of the other. */
function blendRows({ width, height, samples }: Plane, y: number): Uint16Array {
  const from = y >> 1;
  const near = Math.min(height - 1, Math.max(0, from + ((y & 1) === 0 ? -1 : 1)));
  return Uint16Array.from(
    { length: width },
    (_, x) => 3 * samples[from * width + x]! + samples[near * width + x]!,
  );
}

/** Doubles a row in the same way. `unit`: what 1 is in it; the two biases dither what is rounded. */
function blendColumns(row: Uint8Array | Uint16Array, to: Uint8Array, unit: 1 | 4): void {
  const shift = unit === 1 ? 2 : 4;
  const [left, right] = unit === 1 ? [1, 2] : [8, 7];
  const last = row.length - 1;
  for (let x = 0; x <= last; x++) {
    const here = 3 * row[x]!;
    to[2 * x] = (here + row[Math.max(0, x - 1)]! + left) >> shift;
    to[2 * x + 1] = (here + row[Math.min(last, x + 1)]! + right) >> shift;
  }
}

/** Narrower components are repeated: libjpeg's rule. */
const LEAST_WIDTH = 3;

/**
 * A component of half the width, or half the width and height, in full size, as libjpeg's "fancy upsampling" (jdsample.c) does it. Undefined for
 * others: the samples are repeated.
 */
function smoothed(plane: Plane, { across, down }: Coverage, { width, height }: Size): Uint8Array | undefined {
  if (across !== 2 || down > 2 || plane.width < LEAST_WIDTH) return undefined;
  const full = new Uint8Array(width * height);
  const row = new Uint8Array(plane.width * 2);
  for (let y = 0; y < height; y++) {
    if (down === 2) blendColumns(blendRows(plane, y), row, 4);
    else blendColumns(plane.samples.subarray(y * plane.width, (y + 1) * plane.width), row, 1);
    full.set(row.subarray(0, width), y * width);
  }
  return full;
}

const clamp = (value: number): number => Math.max(0, Math.min(255, value));

/** 16-bit fixed point. */
const fixed = (factor: number): number => Math.floor(factor * 65536 + 0.5);
const [RED_CR, GREEN_CB, GREEN_CR, BLUE_CB] = [fixed(1.402), fixed(0.34414), fixed(0.71414), fixed(1.772)];
const HALF = 32768;

/** ITU-R BT.601 with libjpeg's rounding (jdcolor.c). */
function rgbOf(luma: number, cb: number, cr: number): number {
  const red = luma + ((RED_CR * (cr - 128) + HALF) >> 16);
  const green = luma + ((HALF - GREEN_CB * (cb - 128) - GREEN_CR * (cr - 128)) >> 16);
  const blue = luma + ((BLUE_CB * (cb - 128) + HALF) >> 16);
  return pixel(clamp(red), clamp(green), clamp(blue));
}

/**
 * Y, Cb and Cr of each pixel (of components stored smaller, the samples repeated, as jpeg-js gives them) as a picture. Smoothing and rounding
 * are libjpeg's, so that training and quantization see the same picture: repeated samples are up to 50 levels off at edges.
 */
export function fromYcc(repeated: Uint8Array, size: Size, coverage: readonly [Coverage, Coverage]): Picture {
  const [cb, cr] = coverage.map((one, i) => smoothed(storedPlane(repeated, size, i + 1, one), one, size));
  const picture = blank(size);
  const pixels = pixelsOf(picture);
  for (let i = 0; i < pixels.length; i++) {
    const at = i * 3;
    pixels[i] = rgbOf(repeated[at]!, cb?.[i] ?? repeated[at + 1]!, cr?.[i] ?? repeated[at + 2]!);
  }
  return picture;
}
