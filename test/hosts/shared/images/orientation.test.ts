import { describe, expect, it } from "vitest";
import { exifOrientation } from "../../../../hosts/shared/images/orientation.ts";

const BIG = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8];
/** Entries of a directory: the width (0x0100), then the orientation. */
const WIDTH = [0x01, 0x00, 0, 3, 0, 0, 0, 1, 0, 99, 0, 0];
const orientation = (value: number) => [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0];

describe("exifOrientation", () => {
  it("reads either byte order", () => {
    expect(exifOrientation(Uint8Array.from([...BIG, 0, 2, ...WIDTH, ...orientation(6)]))).toBe(6);
    const little = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 3, 0, 0, 0];
    expect(exifOrientation(Uint8Array.from(little))).toBe(3);
  });

  it.each<[string, readonly number[]]>([
    ["nothing", []],
    ["no TIFF", [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ["a directory outside", [0x4d, 0x4d, 0, 42, 0, 0, 1, 0]],
    ["entries that are cut off", [...BIG, 0, 2, ...WIDTH, 0x01, 0x12]],
    ["no such entry", [...BIG, 0, 1, ...WIDTH]],
    ["a value out of range", [...BIG, 0, 1, ...orientation(9)]],
  ])("takes %s for upright", (_, bytes) => {
    expect(exifOrientation(Uint8Array.from(bytes))).toBe(1);
  });
});
