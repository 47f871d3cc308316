import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { DataError } from "../../../../core-ts/errors.ts";
import { type Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";
import { readNpz, writeNpz } from "../../../../hosts/shared/npy/npz.ts";
import { writeNpy } from "../../../../hosts/shared/npy/write.ts";

const a = tensor("float32", [2, 2], Float32Array.of(1, 2, 3, 4));
const b = tensor("uint8", [3], Uint8Array.of(5, 6, 7));

describe(".npz archives", () => {
  it("read back what was written, in order", () => {
    const read = readNpz(
      writeNpz(
        new Map<string, Tensor>([
          ["b", b],
          ["a", a],
        ]),
      ),
      "x.npz",
    );
    expect([...read.keys()]).toEqual(["b", "a"]);
    expect(read.get("a")).toEqual(a);
    expect(read.get("b")).toEqual(b);
  });

  it("read compressed ones", () => {
    const zipped = zipSync({ "a.npy": writeNpy(a) }, { level: 9 });
    expect(readNpz(zipped, "x.npz").get("a")).toEqual(a);
  });

  it("refuse what unpacks to more than the limit, before unpacking it", () => {
    const zeros = writeNpy(tensor("uint8", [2 ** 20], new Uint8Array(2 ** 20)));
    const zipped = zipSync({ "a.npy": zeros }, { level: 9 });
    expect(() => readNpz(zipped, "x.npz", { entries: 10, bytes: 1000 })).toThrow(/unpacks to more than 1000/);
  });

  it("refuse an entry that claims an impossible size", () => {
    const zipped = zipSync({ "a.npy": writeNpy(a) }, { level: 9 });
    const view = new DataView(zipped.buffer);
    const directory = zipped.findLastIndex(
      (byte, i) => byte === 0x50 && view.getUint32(i, true) === 0x02014b50,
    );
    view.setUint32(directory + 24, 2 ** 30, true);
    expect(() => readNpz(zipped, "x.npz")).toThrow(/which no compression does/);
  });

  it.each([
    ["nothing", new Uint8Array(0)],
    ["text", new TextEncoder().encode("hello")],
  ])("refuse %s", (_, bytes) => {
    expect(() => readNpz(bytes, "x.npz")).toThrow(DataError);
    expect(() => readNpz(bytes, "x.npz")).toThrow(/x.npz is no readable .npz archive/);
  });

  it("refuse a cut archive and one with more entries than allowed", () => {
    const whole = writeNpz(
      new Map<string, Tensor>([
        ["a", a],
        ["b", b],
      ]),
    );
    expect(() => readNpz(whole.subarray(0, whole.length - 30), "x.npz")).toThrow(DataError);
    expect(() => readNpz(whole, "x.npz", { entries: 1, bytes: 1e9 })).toThrow(/more than 1 arrays/);
  });
});
