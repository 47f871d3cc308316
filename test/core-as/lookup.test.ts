import { beforeAll, describe, expect, test } from "vitest";
import { InternalError } from "../../core-ts/errors.ts";
import { CHUNK } from "../../core-ts/kernels/arena.ts";
import type { Kernels } from "../../core-ts/kernels/kernels.ts";
import { KERNEL_KINDS, loadKernels } from "../support/kernels.ts";
import { naiveLookup16 } from "./twins/arithmetic.ts";
import { expectSameBits, seeded } from "./twins/samples.ts";

const random = seeded(21);
const integers = (length: number, low: number, high: number) =>
  Int32Array.from({ length }, () => low + Math.floor(random() * (high - low + 1)));

describe.each(KERNEL_KINDS)("%s lookups", (kind) => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await loadKernels(kind);
  });

  test.each([0, 1, 5, CHUNK + 1])("lookup8, %i elements", (length) => {
    const table = integers(256, -32768, 65535);
    const x = integers(length, -128, 127);
    expectSameBits(
      kernels.lookup8(x, 128, table),
      x.map((v) => table[v + 128]!),
    );
  });

  test.each([8, 9, 10, 11, 12])(
    "lookup16 with 2^%i cells, over all inputs and the steepest table",
    (bits) => {
      const table = integers(2 ** bits + 1, 0, 1).map((v) => (v === 0 ? -32768 : 32767));
      const x = Int32Array.from({ length: 65536 }, (_, i) => i - 32768);
      const expected = x.map((v) => naiveLookup16(v, 32768, 16 - bits, table));
      expectSameBits(kernels.lookup16(x, 32768, 16 - bits, table), expected);
    },
  );

  test("lookup16 of uint16 values", () => {
    const table = integers(1025, 0, 65535);
    const x = Int32Array.of(0, 1, 63, 64, 65534, 65535);
    expectSameBits(
      kernels.lookup16(x, 0, 6, table),
      x.map((v) => naiveLookup16(v, 0, 6, table)),
    );
  });

  test("an index outside the table is an error that names the element", () => {
    const x = new Int32Array(CHUNK + 3);
    x[CHUNK + 1] = 128;
    expect(() => kernels.lookup8(x, 128, new Int32Array(256))).toThrow(InternalError);
    expect(() => kernels.lookup8(x, 128, new Int32Array(256))).toThrow(
      `element ${CHUNK + 1} of a table lookup is 128`,
    );
    expect(() => kernels.lookup8(Int32Array.of(-129), 128, new Int32Array(256))).toThrow(InternalError);
    expect(() => kernels.lookup16(Int32Array.of(32768), 32768, 6, new Int32Array(1025))).toThrow(
      InternalError,
    );
  });
});
