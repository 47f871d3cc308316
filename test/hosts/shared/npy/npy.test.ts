import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { Tensor } from "../../../../core-ts/index.ts";
import { NPY_TYPES } from "../../../../hosts/shared/npy/format.ts";
import { readNpy } from "../../../../hosts/shared/npy/read.ts";
import { writeNpy } from "../../../../hosts/shared/npy/write.ts";
import { Scratch } from "../../../support/command.ts";

const DIGITS = fileURLToPath(new URL("../../../../examples/digits/", import.meta.url));
const NO_NUMPY = spawnSync("python3", ["-c", "import numpy"]).status !== 0;
const scratch = new Scratch();
afterAll(() => scratch.remove());

/** A .npy file by hand: header text as given, then bytes. */
function npy(header: string, data: readonly number[], version = 1): Uint8Array {
  const text = new TextEncoder().encode(`${header}\n`);
  const length = version === 1 ? [text.length & 255, text.length >> 8] : [text.length, 0, 0, 0];
  return Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, ...length, ...text, ...data]);
}
const header = (descr: string, shape: string, fortran = "False") =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${shape}), }`;

describe("readNpy", () => {
  it("reads what numpy wrote", () => {
    const images = readNpy(readFileSync(join(DIGITS, "calibration.npy")), "calibration.npy");
    expect([images.dtype, images.dims]).toEqual(["float32", [256, 1, 8, 8]]);
    expect(Math.max(...(images.data as Float32Array))).toBe(16);
    const labels = readNpy(readFileSync(join(DIGITS, "test_labels.npy")), "test_labels.npy");
    expect([labels.dtype, labels.dims]).toEqual(["int32", [500]]);
    expect(new Set(labels.data as Int32Array).size).toBe(10);
  });

  it("reads versions 1 to 3, scalars, and data at any offset", () => {
    for (const version of [1, 2, 3]) {
      const t = readNpy(npy(header("<i2", "2,"), [1, 0, 255, 255], version), "a.npy");
      expect(t).toEqual({ dtype: "int16", dims: [2], data: Int16Array.of(1, -1) });
    }
    expect(readNpy(npy(header("|u1", ""), [7]), "a.npy")).toEqual({
      dtype: "uint8",
      dims: [],
      data: Uint8Array.of(7),
    });
  });

  it("reads big-endian elements, and half a complex number at a time", () => {
    expect(readNpy(npy(header(">i4", "1,"), [0, 0, 1, 2]), "a.npy").data).toEqual(Int32Array.of(258));
    const c = readNpy(npy(header(">c8", "1,"), [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0]), "a.npy");
    expect(c).toEqual({ dtype: "complex64", dims: [1], data: Float32Array.of(1, -2) });
  });

  it("turns column-major arrays into row-major ones", () => {
    const t = readNpy(npy(header("|i1", "2, 3", "True"), [1, 4, 2, 5, 3, 6]), "a.npy");
    expect(t).toEqual({ dtype: "int8", dims: [2, 3], data: Int8Array.of(1, 2, 3, 4, 5, 6) });
    const deep = readNpy(npy(header("|u1", "2, 2, 2", "True"), [0, 4, 2, 6, 1, 5, 3, 7]), "a.npy");
    expect(deep.data).toEqual(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7));
  });

  it.each<[string, Uint8Array, string]>([
    ["another format", new TextEncoder().encode("PK this is a zip archive"), "is not a .npy file"],
    ["an empty file", new Uint8Array(0), "is not a .npy file"],
    ["a later version", npy(header("<f4", "0,"), [], 9), "is .npy version 9, expected 1, 2 or 3"],
    ["a header that is cut off", npy(header("<f4", "1,"), []).slice(0, 30), "is cut off within its header"],
    [
      "data that are cut off",
      npy(header("<f4", "2,"), [0, 0, 0, 0]),
      "has 4 bytes of data, but its shape [2] of <f4 needs 8",
    ],
    ["strings", npy(header("<U4", "1,"), [0]), 'numpy type "<U4", expected a number type'],
    ["Python objects", npy(header("|O", "1,"), [0]), 'numpy type "|O"'],
    [
      "records",
      npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", [0]),
      "structured array",
    ],
  ])("refuses %s, naming the file", (_, bytes, message) => {
    expect(() => readNpy(bytes, "photos.npy")).toThrow(message);
    expect(() => readNpy(bytes, "photos.npy")).toThrow(
      /^photos\.npy .*; save the array again with numpy\.save$/,
    );
  });
});

/** One tensor of every type numpy has, of raw bytes that mean something as each. */
function everyType(): Tensor[] {
  const bytes = Uint8Array.from({ length: 96 }, (_, i) => (i * 7) % 60);
  return NPY_TYPES.map(({ code, dtype, view }) => {
    const rows = 96 / Number(code.slice(1)) / 3;
    const data = dtype === "bool" ? bytes.map((v) => v & 1) : (view(bytes.slice().buffer) as Uint8Array);
    return { dtype, dims: [rows, 3], data } as Tensor;
  });
}

describe("writeNpy", () => {
  it("writes what readNpy reads, every type", () => {
    for (const t of everyType()) expect(readNpy(writeNpy(t), "a.npy")).toEqual(t);
  });

  it("aligns the data, and writes a view without what lies around it", () => {
    const file = writeNpy({ dtype: "int8", dims: [2], data: Int8Array.of(9, 1, 2, 9).subarray(1, 3) });
    expect(file.length % 64).toBe(2);
    expect([...file.slice(-2)]).toEqual([1, 2]);
  });

  it("refuses types numpy does not have", () => {
    expect(() => writeNpy({ dtype: "bfloat16", dims: [1], data: new Uint16Array(1) })).toThrow(
      "a tensor of bfloat16 can't be written as .npy",
    );
  });

  it.skipIf(NO_NUMPY)("writes what numpy reads (skipped where python3 has no numpy)", () => {
    for (const t of everyType()) {
      const path = scratch.file(`${t.dtype}.npy`, writeNpy(t));
      const code = `import numpy, sys; a = numpy.load(sys.argv[1]); print(a.dtype.name, list(a.shape), a.tobytes().hex())`;
      const data = t.data as Uint8Array;
      const hex = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
      const printed = execFileSync("python3", ["-c", code, path], { encoding: "utf8" });
      expect(printed.trim()).toBe(`${t.dtype} [${t.dims.join(", ")}] ${hex}`);
    }
  });
});
