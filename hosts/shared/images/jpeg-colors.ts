import { blank, type Picture, type Size } from "./picture.ts";

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

/** Puts the sums of a row and its nearer neighbour into `to`: each row becomes two, 3/4 of the one and 1/4 of the other. */
function blendRows({ width, height, samples }: Plane, y: number, to: Uint16Array): void {
  const here = (y >> 1) * width;
  const near = Math.min(height - 1, Math.max(0, (y >> 1) + ((y & 1) === 0 ? -1 : 1))) * width;
  for (let x = 0; x < width; x++) to[x] = 3 * samples[here + x]! + samples[near + x]!;
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
function smoothed(
  repeated: Uint8Array,
  size: Size,
  component: number,
  coverage: Coverage,
): Uint8Array | undefined {
  const { across, down } = coverage;
  if (across !== 2 || (down !== 1 && down !== 2)) return undefined;
  const plane = storedPlane(repeated, size, component, coverage);
  if (plane.width < LEAST_WIDTH) return undefined;
  const { width, height } = size;
  const full = new Uint8Array(width * height);
  const row = new Uint8Array(plane.width * 2);
  const sums = new Uint16Array(plane.width);
  for (let y = 0; y < height; y++) {
    if (down === 2) {
      blendRows(plane, y, sums);
      blendColumns(sums, row, 4);
    } else blendColumns(plane.samples.subarray(y * plane.width, (y + 1) * plane.width), row, 1);
    full.set(row.subarray(0, width), y * width);
  }
  return full;
}

/** Shares of a component's 256 values in a colour: ITU-R BT.601 in 16-bit fixed point, `rounding` added. */
function shares(factor: number, rounding: number): Int32Array {
  const fixed = Math.sign(factor) * Math.floor(Math.abs(factor) * 65536 + 0.5);
  return Int32Array.from({ length: 256 }, (_, value) => fixed * (value - 128) + rounding);
}

const HALF = 32768;
const RED_CR = shares(1.402, HALF);
const GREEN_CB = shares(-0.34414, HALF);
const GREEN_CR = shares(-0.71414, 0);
const BLUE_CB = shares(1.772, HALF);

/**
 * Y, Cb and Cr of each pixel (of components stored smaller, the samples repeated, as jpeg-js gives them) as a picture. Smoothing and rounding
 * (jdcolor.c) are libjpeg's, so that training and quantization see the same picture: repeated samples are up to 50 levels off at edges.
 */
export function fromYcc(repeated: Uint8Array, size: Size, coverage: readonly [Coverage, Coverage]): Picture {
  const [cb, cr] = coverage.map((one, i) => smoothed(repeated, size, i + 1, one));
  const picture = blank(size);
  const clamped = new Uint8ClampedArray(picture.rgba.buffer);
  for (let from = 0, to = 0, i = 0; to < clamped.length; from += 3, to += 4, i++) {
    const luma = repeated[from]!;
    const blue = cb ? cb[i]! : repeated[from + 1]!;
    const red = cr ? cr[i]! : repeated[from + 2]!;
    clamped[to] = luma + (RED_CR[red]! >> 16);
    clamped[to + 1] = luma + ((GREEN_CB[blue]! + GREEN_CR[red]!) >> 16);
    clamped[to + 2] = luma + (BLUE_CB[blue]! >> 16);
  }
  return picture;
}
