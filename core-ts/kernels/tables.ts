import { InternalError } from "../errors.ts";
import { type Arena, CHUNK, forEachChunk } from "./arena.ts";
import type { KernelExports } from "./instance.ts";
import type { Kernels } from "./kernels.ts";
import { UNARY_CODES } from "./unary.ts";

/** Applies an in-place lookup, which answers with the position of a bad index or -1, to the pieces of x. */
function lookUp(
  arena: Arena,
  x: Int32Array,
  table: Int32Array,
  kernel: (chunk: number, n: number, tableAddress: number) => number,
): Int32Array {
  const [tableAddress, chunk] = arena.place(table.byteLength, CHUNK * 4);
  arena.int32(tableAddress, table.length).set(table);
  const out = new Int32Array(x.length);
  forEachChunk(x.length, (start, end) => {
    const n = end - start;
    arena.int32(chunk, n).set(x.subarray(start, end));
    const bad = kernel(chunk, n, tableAddress);
    if (bad >= 0) {
      throw new InternalError(
        `element ${start + bad} of a table lookup is ${x[start + bad]}, which falls outside the table of ${table.length} entries; check x_offset and the width of x`,
      );
    }
    out.set(arena.int32(chunk, n), start);
  });
  return out;
}

export function tableKernels(
  wasm: KernelExports,
  arena: Arena,
): Pick<Kernels, "lookup8" | "lookup16" | "evaluate"> {
  return {
    lookup8(x, offset, table) {
      return lookUp(arena, x, table, (chunk, n, t) => wasm.lookup8(chunk, n, offset, t, table.length));
    },
    lookup16(x, offset, fracBits, table) {
      return lookUp(arena, x, table, (chunk, n, t) =>
        wasm.lookup16(chunk, n, offset, fracBits, t, table.length),
      );
    },
    evaluate(fn, x, alpha, beta) {
      const [chunk] = arena.place(CHUNK * 8);
      const out = new Float64Array(x.length);
      forEachChunk(x.length, (start, end) => {
        arena.float64(chunk, end - start).set(x.subarray(start, end));
        wasm.evaluate(chunk, end - start, UNARY_CODES[fn], alpha, beta);
        out.set(arena.float64(chunk, end - start), start);
      });
      return out;
    },
  };
}
