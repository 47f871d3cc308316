import { describe, expect, it } from "vitest";
import { DataError } from "../../../../../core-ts/errors.ts";
import { anyAnswer, firstValues, floats, PLAIN, pictures, pixel, Run, text } from "./runs.ts";

/** An end in the middle of the pixels. */
const truncated = pixel(1).subarray(0, 50);

describe("bad data", () => {
  const setting = { files: { ...pictures(0, 1, 3), "d/2.png": truncated } };

  it.each([
    ["truncated", truncated, /d\/2.png is cut off; replace the picture, or give --bad-data skip/],
    ["empty", new Uint8Array(), /d\/2.png is empty, expected a JPEG, PNG, BMP file/],
    ["no picture", text("<html>"), /d\/2.png is no picture of a known kind/],
    [
      "a JPEG cut off in its header",
      Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16),
      /d\/2.png is cut off in front of its pixels/,
    ],
  ])("ends the run with the file named: %s", async (_, bytes, message) => {
    const found = new Run({ files: { ...setting.files, "d/2.png": bytes } }).pass(anyAnswer);
    await expect(found).rejects.toThrow(message);
    await expect(found).rejects.toBeInstanceOf(DataError);
  });

  it("is left out with --bad-data skip, and named", async () => {
    const one = new Run({ ...setting, options: { badData: "skip" } });
    await one.pass(anyAnswer);
    expect(firstValues(one)).toEqual([[0, 1], [3]]);
    expect(one.notes).toContain("left out: d/2.png is cut off; replace the picture");
  });

  it("takes what lies beside it along", async () => {
    const files = {
      ...setting.files,
      ...Object.fromEntries([0, 1, 2, 3].map((i) => [`e/${i}.bin`, floats(i)])),
    };
    const configs = { x: PLAIN, z: { quant_data_format: "Bin", data_dir: "e" } };
    const shapes = { x: ["n", 1, 1, 2], z: ["n", 1] };
    const one = new Run({ files, configs, shapes, options: { badData: "skip" } });
    await one.pass(anyAnswer);
    expect([firstValues(one), firstValues(one, 1, 1)]).toEqual([
      [[0, 1], [3]],
      [[0, 1], [3]],
    ]);
  });

  it("may be a file that can't be opened", async () => {
    const files = { ...pictures(0), "d/1.png/inside": pixel(1) };
    await expect(new Run({ files }).pass(anyAnswer)).rejects.toThrow(
      /"d\/1.png", .* or give --bad-data skip/,
    );
    const one = new Run({ files, options: { badData: "skip" } });
    await one.pass(anyAnswer);
    expect(firstValues(one)).toEqual([[0]]);
  });

  it("ends the run where nothing else is there", async () => {
    const one = new Run({ files: { "d/2.png": truncated }, options: { badData: "skip" } });
    await expect(one.pass(anyAnswer)).rejects.toThrow(
      /d holds nothing that can be used; the first file: d\/2.png is cut off/,
    );
  });
});
