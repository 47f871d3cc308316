import { beforeAll, describe, expect, test } from "vitest";
import { CHUNK } from "../../core-ts/kernels/arena.ts";
import type { Kernels } from "../../core-ts/kernels/kernels.ts";
import { KERNEL_KINDS, loadKernels } from "../support/kernels.ts";
import { naiveFakeQuantize, naiveRequantize, roundHalfEven } from "./twins/arithmetic.ts";
import { expectSameBits, extreme, LENGTHS, seeded } from "./twins/samples.ts";

const BYTE = { qmin: -128, qmax: 127 };

test("the twin's rounding is half to even", () => {
  expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.4, -0.6].map(roundHalfEven)).toEqual([
    -2, -2, 0, 0, 2, 2, 0, -1,
  ]);
});

describe.each(KERNEL_KINDS)("%s quantizers equal their twins bit by bit", (kind) => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await loadKernels(kind);
  });

  test.each([...LENGTHS, CHUNK - 1, CHUNK + 1])("fakeQuantize, length %i", (length) => {
    for (const [scale, qmin, qmax] of [
      [0.1, -128, 127],
      [1 / 3, 0, 255],
      [2 ** -120, -32768, 32767],
      [1e30, -127, 127],
    ] as const) {
      const x = extreme(length, length + 1);
      const out = new Float32Array(length);
      kernels.fakeQuantize(x, { scale, qmin, qmax }, out);
      expectSameBits(
        out,
        x.map((v) => naiveFakeQuantize(v, scale, qmin, qmax)),
      );
    }
  });

  test("fakeQuantize rounds ties to even and may work in place", () => {
    const x = Float32Array.of(-1.25, -0.75, -0.25, 0.25, 0.75, 1.25, 100, -100);
    kernels.fakeQuantize(x, { scale: 0.5, ...BYTE }, x);
    expect([...x]).toEqual([-1, -1, 0, 0, 1, 1, 63.5, -64]);
  });

  test.each([
    [1, 3, 1],
    [5, 1, 4],
    [2, 3, 5],
    [7, 16, 9],
    [3, 11, CHUNK / 16 + 1],
  ])("fakeQuantizePerChannel over [%i, %i, %i]", (outer, channels, inner) => {
    const scales = Float64Array.from({ length: channels }, (_, c) => 0.01 * (c + 1));
    const x = extreme(outer * channels * inner, 9);
    const expected = x.map((v, i) =>
      naiveFakeQuantize(v, scales[Math.floor(i / inner) % channels]!, BYTE.qmin, BYTE.qmax),
    );
    const out = new Float32Array(x.length);
    kernels.fakeQuantizePerChannel(x, { scales, inner, ...BYTE }, out);
    expectSameBits(out, expected);
  });

  test("requantize follows the specification over random and extreme parameters", () => {
    const random = seeded(11);
    const integer = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
    for (let round = 0; round < 400; round++) {
      const channels = integer(1, 5);
      const inner = integer(1, 4);
      const q1 = random() < 0.5 ? 0 : integer(0, 31);
      const bits = integer(1, 53);
      const acc = Float64Array.from({ length: 2 * channels * inner }, () =>
        Math.round((random() - 0.5) * 2 ** bits),
      );
      const multiplier = Int16Array.from({ length: channels }, () => integer(0, 32767));
      const shift = Int8Array.from({ length: channels }, () => integer(0, 31));
      const expected = acc.map((a, i) => {
        const c = Math.floor(i / inner) % channels;
        return naiveRequantize(a, { m: multiplier[c]!, q1, q2: shift[c]!, ...BYTE });
      });
      const found = kernels.requantize(acc, { multiplier, shift, q1, inner, ...BYTE });
      expectSameBits(found, Int32Array.from(expected));
    }
  });

  test("requantize: ties go up, the accumulator saturates at 32 bits, the multiplier's extremes hold", () => {
    const acc = Float64Array.of(-3, -2, -1, 0, 1, 2, 3, 2 ** 40, -(2 ** 40), 2 ** 53 - 1, -(2 ** 53 - 1));
    for (const m of [0, 1, 32767]) {
      for (const q1 of [0, 8, 31]) {
        for (const q2 of [0, 1, 15, 31]) {
          const range = { qmin: -(2 ** 31), qmax: 2 ** 31 - 1 };
          const params = {
            multiplier: Int16Array.of(m),
            shift: Int8Array.of(q2),
            q1,
            inner: acc.length,
            ...range,
          };
          const expected = [...acc].map((a) => naiveRequantize(a, { m, q1, q2, ...range }));
          expectSameBits(kernels.requantize(acc, params), Int32Array.from(expected));
        }
      }
    }
  });

  test("requantize over more than one chunk keeps the channels apart", () => {
    const acc = Float64Array.from({ length: 3 * (CHUNK - 5) }, (_, i) => i);
    const multiplier = Int16Array.of(1, 2, 3);
    const params = {
      multiplier,
      shift: Int8Array.of(0, 1, 2),
      q1: 0,
      inner: CHUNK - 5,
      qmin: 0,
      qmax: 2 ** 31 - 1,
    };
    const expected = [...acc].map((a, i) => {
      const c = Math.floor(i / (CHUNK - 5));
      return naiveRequantize(a, { m: c + 1, q1: 0, q2: c, qmin: 0, qmax: 2 ** 31 - 1 });
    });
    expectSameBits(kernels.requantize(acc, params), Int32Array.from(expected));
  });
});
