import { zlibSync } from "fflate";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { DataError } from "../../../../core-ts/errors.ts";
import { decodePicture, pictureSize } from "../../../../hosts/shared/images/decode.ts";
import { bytesOf, difference, PILLOW, pictureOf } from "./pillow.ts";

const NAMES = [...PILLOW.keys()].filter((key) => key.startsWith("file ")).map((key) => key.slice(5));
const RGB = pictureOf("rgb rgb.png");

const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
const number32 = (n: number) => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255);

/** A chunk with a wrong checksum: what is refused is refused before. */
const chunk = (type: string, content: Iterable<number>) => {
  const bytes = [...content];
  return [...number32(bytes.length), ...ascii(type), ...bytes, 0, 0, 0, 0];
};

function png(width: number, height: number, packed: Uint8Array): Uint8Array {
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk("IHDR", [...number32(width), ...number32(height), 8, 2, 0, 0, 0]),
    ...chunk("IDAT", packed),
    ...chunk("IEND", []),
  ]);
}

describe("decodePicture", () => {
  it.each(NAMES.filter((name) => !name.endsWith(".jpg")))("reads %s as Pillow does", (name) => {
    expect(difference(decodePicture(bytesOf(`file ${name}`), name), pictureOf(`rgb ${name}`)).most).toBe(0);
  });

  // JPEG leaves the rounding of the cosine transform to the decoder: up to a level in each of three components. Without smoothing, 420.jpg would be
  // 159 levels off.
  it.each(NAMES.filter((name) => name.endsWith(".jpg")))(
    "reads %s as Pillow does, but for rounding",
    (name) => {
      const found = difference(decodePicture(bytesOf(`file ${name}`), name), pictureOf(`rgb ${name}`));
      expect(found.most).toBeLessThanOrEqual(3);
      expect(found.mean).toBeLessThan(0.25);
    },
  );

  it("knows the sizes beforehand", () => {
    for (const name of NAMES) {
      const { width, height } = pictureOf(`rgb ${name}`);
      const isTurned = /turned(-[5-8])?\./.test(name);
      const stored = isTurned ? { width: height, height: width } : { width, height };
      expect({ name, ...pictureSize(bytesOf(`file ${name}`), name) }).toEqual({ name, ...stored });
    }
  });

  it("goes by the content, not by the name", () => {
    expect(difference(decodePicture(bytesOf("file rgb.png"), "photo.jpg"), RGB).most).toBe(0);
  });

  it("reads interlaced PNG files, and the upper byte of 16-bit ones", async () => {
    const raw = { width: RGB.width, height: RGB.height, channels: 4 } as const;
    const interlaced = await sharp(RGB.rgba, { raw }).png({ progressive: true }).toBuffer();
    expect(difference(decodePicture(interlaced, "i.png"), RGB).most).toBe(0);
    const wide = Uint16Array.from(RGB.rgba, (sample, i) => (sample << 8) | (i % 4 === 3 ? 255 : i & 255));
    const deep = await sharp(wide, { raw }).toColourspace("rgb16").png().toBuffer();
    expect(deep[24]).toBe(16);
    expect(difference(decodePicture(deep, "deep.png"), RGB).most).toBe(0);
  });

  const halves = NAMES.filter((name) => /^(rgb|420|progressive|cmyk|palette|grey|555)\./.test(name));
  it.each<[string, Uint8Array, RegExp]>([
    ["an empty file", new Uint8Array(), /x is empty, expected a JPEG, PNG, BMP file/],
    ["a text", Uint8Array.from(ascii("GIF89a")), /x is no picture of a known kind/],
    ...halves.map((name): [string, Uint8Array, RegExp] => {
      const whole = bytesOf(`file ${name}`);
      return [`half of ${name}`, whole.slice(0, whole.length / 2), /^x /];
    }),
    ["a picture of no pixels", png(0, 5, zlibSync(new Uint8Array())), /x has 0 x 5 pixels/],
    [
      "a huge picture",
      png(2 ** 20, 2 ** 20, zlibSync(new Uint8Array())),
      /x has 1048576 x 1048576 pixels, of which/,
    ],
    [
      "more pixels than stated",
      png(2, 2, zlibSync(new Uint8Array(10_000_000))),
      /more of them than its size says/,
    ],
    ["fewer pixels than stated", png(2, 2, zlibSync(new Uint8Array(13))), /fewer of them than its size says/],
    ["a wrong checksum", png(2, 2, zlibSync(new Uint8Array(14))), /x is a damaged PNG file: .*CRC/],
    ["bits that are no deflate", png(2, 2, Uint8Array.of(1, 2, 3)), /can't be unpacked/],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => decodePicture(bytes, "x")).toThrow(DataError);
    expect(() => decodePicture(bytes, "x")).toThrow(message);
  });

  it("refuses kinds of JPEG and BMP that are not read", () => {
    const jpeg = bytesOf("file 444.jpg").slice();
    const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
    const changed = (at: number, value: number) => jpeg.map((byte, i) => (i === at ? value : byte));
    expect(() => decodePicture(changed(frame + 1, 0xc3), "x")).toThrow(
      /lossless or arithmetically coded JPEG/,
    );
    expect(() => decodePicture(changed(frame + 4, 12), "x")).toThrow(/a 12-bit JPEG/);
    // Rows and columns of 65 280 and more.
    const large = jpeg.map((byte, i) => (i === frame + 5 || i === frame + 7 ? 255 : byte));
    expect(() => decodePicture(large, "x")).toThrow(/of which at most 50000000 are taken/);
    const wide = jpeg.map((byte, i) => (i === frame + 5 || i === frame + 7 ? 15 : byte));
    expect(() => decodePicture(wide, "x")).toThrow(/pixels, which its \d+ bytes can't hold/);
    const bmp = bytesOf("file palette.bmp").slice();
    bmp[30] = 1;
    expect(() => decodePicture(bmp, "x")).toThrow(/x is a compressed BMP/);
  });
});
