import { encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { loadNodeImages } from "../../../../hosts/node/images.ts";
import { fitPicture, placeInside } from "../../../../hosts/shared/images/fit.ts";
import type { PictureLayout } from "../../../../hosts/shared/images/layout.ts";
import { blank, type Picture } from "../../../../hosts/shared/images/picture.ts";
import type { PictureInput, PictureSettings } from "../../../../hosts/shared/images/settings.ts";
import { pictureSample } from "../../../../hosts/shared/images/tensor.ts";

/** Two pixels: (10, 20, 30) and (200, 100, 50). */
const TWO = encode({ width: 2, height: 1, channels: 3, data: Uint8Array.of(10, 20, 30, 200, 100, 50) });

const noCodecs = () => Promise.reject(new Error("nothing is to be resized"));

const FIRST = { channels: 3, channelsFirst: true, height: 1, width: 2 } as const;
const GREY = { ...FIRST, channels: 1 } as const;

async function feed(
  layout: PictureLayout,
  settings: Partial<PictureSettings>,
  more: Partial<PictureInput> = {},
) {
  const all = (value: number) => new Array<number>(layout.channels).fill(value);
  const input = { name: "x", dtype: "float32", layout, normalizes: false, ...more } as const;
  const plain = { colors: "RGB", normalization: { mean: all(0), std: all(1) }, notes: [] } as const;
  const target = { input, settings: { ...plain, ...settings } };
  return (await pictureSample(TWO, "two.png", target, noCodecs)).tensor;
}

describe("pictureSample", () => {
  it("lays out channels in front and behind, in either order", async () => {
    const first = await feed(FIRST, {});
    expect(first).toMatchObject({ dtype: "float32", dims: [1, 3, 1, 2] });
    expect([...(first.data as Float32Array)]).toEqual([10, 200, 20, 100, 30, 50]);
    const last = await feed({ ...FIRST, channelsFirst: false }, { colors: "BGR" });
    expect(last.dims).toEqual([1, 1, 2, 3]);
    expect([...(last.data as Float32Array)]).toEqual([30, 20, 10, 50, 100, 200]);
  });

  it("subtracts and divides per channel, in the order of the color space", async () => {
    const normalization = { mean: [30, 20, 10], std: [2, 4, 8] };
    const found = await feed(FIRST, { colors: "BGR", normalization });
    expect([...(found.data as Float32Array)]).toEqual([0, 10, 0, 20, 0, 23.75]);
  });

  it("makes grey as Pillow does, and integers of each type", async () => {
    // 0.299 r + 0.587 g + 0.114 b: 18.15 and 124.2.
    const found = await feed(GREY, { colors: "GRAY" }, { dtype: "uint8" });
    expect(found).toMatchObject({ dtype: "uint8", data: Uint8Array.of(18, 124) });
    const long = await feed(GREY, { colors: "GRAY" }, { dtype: "int64" });
    expect(long.data).toEqual(BigInt64Array.of(18n, 124n));
  });
});

describe("placeInside", () => {
  it.each([
    [
      { width: 100, height: 50 },
      { width: 40, height: 40 },
      false,
      { width: 40, height: 20, left: 0, top: 10 },
    ],
    [
      { width: 50, height: 100 },
      { width: 40, height: 41 },
      false,
      { width: 21, height: 41, left: 9, top: 0 },
    ],
    [
      { width: 10, height: 20 },
      { width: 40, height: 40 },
      false,
      { width: 10, height: 20, left: 15, top: 10 },
    ],
    [{ width: 10, height: 20 }, { width: 40, height: 40 }, true, { width: 20, height: 40, left: 10, top: 0 }],
    [{ width: 9, height: 20 }, { width: 40, height: 40 }, true, { width: 18, height: 40, left: 11, top: 0 }],
    [
      { width: 1000, height: 1 },
      { width: 40, height: 40 },
      false,
      { width: 40, height: 1, left: 0, top: 19 },
    ],
  ])("%o in %o", (picture, to, enlarges, expected) => {
    expect(placeInside(picture, to, enlarges)).toEqual(expected);
  });
});

describe("fitPicture", () => {
  const rows = (picture: Picture) =>
    Array.from({ length: picture.height }, (_, y) =>
      Array.from({ length: picture.width }, (_, x) => picture.rgba[(y * picture.width + x) * 4]),
    );

  it("surrounds a small picture with the border's value", async () => {
    const white = { width: 2, height: 1, rgba: new Uint8Array(8).fill(255) };
    const letterbox = { padding: 7, enlarges: false };
    const boxed = await fitPicture(white, { width: 3, height: 4 }, letterbox, noCodecs);
    expect(boxed.placement).toEqual({ left: 0, top: 1, width: 2, height: 1 });
    expect(rows(boxed.picture)).toEqual([
      [7, 7, 7],
      [255, 255, 7],
      [7, 7, 7],
      [7, 7, 7],
    ]);
  });

  it("stretches, or keeps proportions", async () => {
    const black = blank({ width: 8, height: 4 });
    const stretched = await fitPicture(black, { width: 4, height: 4 }, undefined, loadNodeImages);
    expect(stretched.placement).toEqual({ left: 0, top: 0, width: 4, height: 4 });
    expect(rows(stretched.picture).flat()).toEqual(new Array(16).fill(0));
    const letterbox = { padding: 9, enlarges: false };
    const boxed = await fitPicture(black, { width: 4, height: 4 }, letterbox, loadNodeImages);
    expect(rows(boxed.picture).map(([first]) => first)).toEqual([9, 0, 0, 9]);
  });
});
