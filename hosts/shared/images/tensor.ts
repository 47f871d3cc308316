import type { DType } from "../../../core-ts/tensor/dtype.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import type { ImageCodecs } from "./codecs.ts";
import { decodePicture } from "./decode.ts";
import { fitPicture, type Placement } from "./fit.ts";
import type { Picture, Size } from "./picture.ts";
import type { PictureInput, PictureSettings } from "./settings.ts";

/** Bytes of a pixel, in the order of the channels. */
const ORDER = { RGB: [0, 1, 2], BGR: [2, 1, 0], GRAY: [0] } as const;

/** Luma of ITU-R BT.601 in 16-bit fixed point, Pillow's convert("L"); in all three colours. */
function grey({ rgba, ...size }: Picture): Picture {
  const gray = rgba.slice();
  for (let i = 0; i < gray.length; i += 4) {
    const luma = (19595 * rgba[i]! + 38470 * rgba[i + 1]! + 7471 * rgba[i + 2]! + 0x8000) >> 16;
    gray.fill(luma, i, i + 3);
  }
  return { ...size, rgba: gray };
}

const ARRAYS: Partial<Record<DType, (length: number) => Tensor["data"]>> = {
  float32: (n) => new Float32Array(n),
  float64: (n) => new Float64Array(n),
  uint8: (n) => new Uint8Array(n),
  int16: (n) => new Int16Array(n),
  uint16: (n) => new Uint16Array(n),
  int32: (n) => new Int32Array(n),
  uint32: (n) => new Uint32Array(n),
  int64: (n) => new BigInt64Array(n),
};

/** The samples of a picture of the input's size, normalized, laid out and typed as the input takes them: [1, C, H, W] or [1, H, W, C]. */
export function layOut(picture: Picture, { dtype, layout }: PictureInput, settings: PictureSettings): Tensor {
  const { channels, channelsFirst, height, width } = layout;
  const { mean, std } = settings.normalization;
  const pixels = height * width;
  const data = ARRAYS[dtype]!(pixels * channels) as Float32Array | BigInt64Array;
  const convert = dtype === "int64" ? BigInt : (value: number) => value;
  for (const [channel, byte] of ORDER[settings.colors].entries()) {
    // 256 values only: each is computed once.
    const values = Array.from({ length: 256 }, (_, x) => convert((x - mean[channel]!) / std[channel]!));
    const [start, step] = channelsFirst ? [channel * pixels, 1] : [channel, channels];
    for (let i = 0; i < pixels; i++) data[start + i * step] = values[picture.rgba[i * 4 + byte]!]!;
  }
  const dims = channelsFirst ? [1, channels, height, width] : [1, height, width, channels];
  return { dtype, dims, data } as Tensor;
}

/** An input and what is to become of pictures for it. */
export interface PictureTarget {
  readonly input: PictureInput;
  readonly settings: PictureSettings;
}

/** A picture as one sample, and how it came to be that. */
export interface PictureSample {
  readonly tensor: Tensor;
  /** Of the picture, upright. */
  readonly original: Size;
  readonly placement: Placement;
}

/**
 * A picture file as one sample of a model's input. `codecs` is asked for where the picture has to be resized.
 * @throws DataError naming `file` where it is no sound picture.
 */
export async function pictureSample(
  bytes: Uint8Array,
  file: string,
  { input, settings }: PictureTarget,
  codecs: () => Promise<ImageCodecs>,
): Promise<PictureSample> {
  const original = decodePicture(bytes, file);
  const colored = settings.colors === "GRAY" ? grey(original) : original;
  const { picture, placement } = await fitPicture(colored, input.layout, settings.letterbox, codecs);
  const { width, height } = original;
  return { tensor: layOut(picture, input, settings), original: { width, height }, placement };
}
