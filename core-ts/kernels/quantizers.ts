import { InternalError } from "../errors.ts";
import { type Arena, CHUNK, forEachChunk } from "./arena.ts";
import type { KernelExports } from "./instance.ts";
import type { Kernels } from "./kernels.ts";

function expectMultiple(length: number, period: number, what: string): void {
  if (period > 0 && length % period === 0) return;
  throw new InternalError(
    `${what} takes [outer, channels, inner]: found ${length} elements, expected a multiple of channels × inner = ${period}`,
  );
}

/** Runs `kernel` in place over the pieces of x and stores them in out; chunk addresses follow the `params` bytes. */
function mapChunks(
  arena: Arena,
  {
    x,
    out,
    paramBytes,
  }: { readonly x: Float32Array; readonly out: Float32Array; readonly paramBytes: number },
  kernel: (address: number, start: number, n: number) => void,
): void {
  if (out.length !== x.length) {
    throw new InternalError(`fakeQuantize writes ${x.length} elements, but out has ${out.length}`);
  }
  const [, address] = arena.place(paramBytes, CHUNK * 4);
  forEachChunk(x.length, (start, end) => {
    const chunk = arena.float32(address, end - start);
    chunk.set(x.subarray(start, end));
    kernel(address, start, end - start);
    out.set(chunk, start);
  });
}

export function quantizerKernels(
  wasm: KernelExports,
  arena: Arena,
): Pick<Kernels, "fakeQuantize" | "fakeQuantizePerChannel"> {
  return {
    fakeQuantize(x, { scale, qmin, qmax }, out) {
      mapChunks(arena, { x, out, paramBytes: 0 }, (address, _, n) =>
        wasm.fakeQuantize(address, n, scale, qmin, qmax),
      );
    },
    fakeQuantizePerChannel(x, { scales, inner, qmin, qmax }, out) {
      const channels = scales.length;
      expectMultiple(x.length, channels * inner, "fakeQuantizePerChannel");
      const [params] = arena.place(scales.byteLength, CHUNK * 4);
      arena.float64(params, channels).set(scales);
      const kernel = (address: number, start: number, n: number) =>
        wasm.fakeQuantizePerChannel(address, n, start, channels, inner, params, qmin, qmax);
      mapChunks(arena, { x, out, paramBytes: scales.byteLength }, kernel);
    },
  };
}

export function requantizeKernel(wasm: KernelExports, arena: Arena): Pick<Kernels, "requantize"> {
  return {
    requantize(acc, { multiplier, shift, q1, inner, qmin, qmax }) {
      const channels = multiplier.length;
      expectMultiple(acc.length, channels * inner, "requantize");
      if (shift.length !== channels) {
        throw new InternalError(
          `requantize takes as many shifts as multipliers: found ${shift.length} and ${channels}`,
        );
      }
      const [m, s, chunk] = arena.place(multiplier.byteLength, shift.byteLength, CHUNK * 8);
      arena.int16(m, channels).set(multiplier);
      arena.int8(s, channels).set(shift);
      const out = new Int32Array(acc.length);
      forEachChunk(acc.length, (start, end) => {
        const n = end - start;
        arena.float64(chunk, n).set(acc.subarray(start, end));
        wasm.requantize(chunk, n, start, channels, inner, m, s, q1, qmin, qmax);
        out.set(arena.int32(chunk, n), start);
      });
      return out;
    },
  };
}
