import { InternalError } from "../errors.ts";

/** What the compiled core-as/ exports; addresses are byte offsets into `memory`. */
export interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  hasSimd(): number;
  arenaBase(): number;
  resultBase(): number;
  totalsBase(): number;
  binsBase(): number;
  minMax(x: number, n: number): void;
  addToTables(x: number, n: number, inverseWidth: number): void;
  flushTables(): void;
  searchKl(bins: number, levels: number): number;
  searchKlV2(bins: number, levels: number): number;
  searchMse(bins: number, levels: number): number;
  fakeQuantize(x: number, n: number, scale: number, qmin: number, qmax: number): void;
  // biome-ignore format: one signature a line
  fakeQuantizePerChannel(x: number, n: number, first: number, channels: number, inner: number, scales: number, qmin: number, qmax: number): void;
  // biome-ignore format: one signature a line
  requantize(acc: number, n: number, first: number, channels: number, inner: number, multiplier: number, shift: number, q1: number, qmin: number, qmax: number): void;
  lookup8(x: number, n: number, offset: number, table: number, tableLength: number): number;
  lookup16(
    x: number,
    n: number,
    offset: number,
    fracBits: number,
    table: number,
    tableLength: number,
  ): number;
  evaluate(x: number, n: number, fn: number, alpha: number, beta: number): void;
}

/** A WebAssembly.Module or WebAssembly.Instance; core-ts is compiled without the types of any host. */
export type CompiledKernels = object;

declare const WebAssembly: {
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** The exports of an instance, or of a new instance of a module; the kernels import nothing. */
export function instantiate(compiled: CompiledKernels): KernelExports {
  const instance = "exports" in compiled ? compiled : new WebAssembly.Instance(compiled, {});
  const exports = instance.exports as KernelExports;
  if (typeof exports.arenaBase !== "function") {
    throw new InternalError(
      "the WebAssembly module given is not the Knight kernels: it has no export arenaBase; hand in build/kernels.simd.wasm or build/kernels.scalar.wasm, compiled",
    );
  }
  return exports;
}
