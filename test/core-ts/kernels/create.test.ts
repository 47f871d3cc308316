import { expect, test } from "vitest";
import { InternalError } from "../../../core-ts/errors.ts";
import { createKernels } from "../../../core-ts/kernels/create.ts";
import type { CompiledKernels } from "../../../core-ts/kernels/instance.ts";
import { compileKernels, KERNEL_KINDS, loadKernels } from "../../support/kernels.ts";

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => CompiledKernels;
  instantiate(module: object, imports: object): Promise<CompiledKernels>;
};

test.each(KERNEL_KINDS)("the %s build says what it is", async (kind) => {
  expect((await loadKernels(kind)).simd).toBe(kind === "simd");
});

test("an instance serves as well as a module", async () => {
  const instance = await WebAssembly.instantiate(await compileKernels("simd"), {});
  expect(createKernels(instance).minMax(Float32Array.of(2, -3)).min).toBe(-3);
});

test("another WebAssembly module is refused in words", () => {
  const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  expect(() => createKernels(empty)).toThrow(InternalError);
  expect(() => createKernels(empty)).toThrow("hand in build/kernels.simd.wasm");
});

test("results survive later calls and growth of the memory", async () => {
  const kernels = await loadKernels("simd");
  const first = kernels.evaluate("exp", Float64Array.of(0, 0), 0, 0);
  const table = new Int32Array(3_000_000).fill(7);
  const big = kernels.lookup8(Int32Array.of(2_999_999), 0, table);
  expect([...big]).toEqual([7]);
  expect([...first]).toEqual([1, 1]);
  expect(kernels.minMax(Float32Array.of(-1, 5))).toEqual({ min: -1, max: 5, nonFinite: 0, zeros: 0 });
});

test("shapes that do not fit are refused", async () => {
  const kernels = await loadKernels("scalar");
  const bounds = { qmin: -128, qmax: 127 };
  const requantizer = {
    multiplier: Int16Array.of(1, 1),
    shift: Int8Array.of(0, 0),
    q1: 0,
    inner: 2,
    ...bounds,
  };
  expect(() => kernels.requantize(new Float64Array(6), requantizer)).toThrow(
    "multiple of channels × inner = 4",
  );
  expect(() => kernels.requantize(new Float64Array(4), { ...requantizer, shift: Int8Array.of(0) })).toThrow(
    "as many shifts",
  );
  const x = new Float32Array(4);
  expect(() =>
    kernels.fakeQuantizePerChannel(x, { scales: new Float64Array(3), inner: 1, ...bounds }, x),
  ).toThrow(InternalError);
  expect(() => kernels.fakeQuantize(x, { scale: 1, ...bounds }, new Float32Array(3))).toThrow("out has 3");
  expect(() => kernels.searchMse({ bins: new Float64Array(2049), levels: 127 })).toThrow("1 to 2048 bins");
});
