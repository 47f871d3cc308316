import { describe, expect, it } from "vitest";
import { tensor } from "../../../core-ts/tensor/tensor.ts";
import { nameFor } from "../../../hosts/browser/file-names.ts";
import { writeNpy } from "../../../hosts/shared/npy/write.ts";

describe("nameFor", () => {
  it("knows the kinds of data by their first bytes", () => {
    expect(nameFor(writeNpy(tensor("float32", [1], Float32Array.of(1))), "data", ".bin")).toBe("data.npy");
    const kinds = {
      ".png": [0x89, 0x50, 0x4e, 0x47],
      ".jpg": [0xff, 0xd8, 0xff, 0xe0],
      ".bmp": [0x42, 0x4d],
      ".npz": [0x50, 0x4b, 3, 4],
    };
    for (const [ending, bytes] of Object.entries(kinds))
      expect(nameFor(Uint8Array.from(bytes), "x", ".bin")).toBe(`x${ending}`);
  });

  it("takes the ending it is given for anything else, nothing included", () => {
    expect(nameFor(Uint8Array.of(8, 7), "model", ".onnx")).toBe("model.onnx");
    expect(nameFor(new Uint8Array(), "model", ".onnx")).toBe("model.onnx");
  });
});
