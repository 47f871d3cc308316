import type { KernelExports } from "./instance.ts";

const ALIGNMENT = 16;
const PAGE = 65536;

/** Elements of a chunk: large arrays pass through the arena in pieces that stay in the second-level cache. */
export const CHUNK = 65536;

/**
 * The scratch part of the WASM memory. Every kernel call places its own regions from the start and views them afresh
 * (growing the memory detaches old views), so nothing outlives a call.
 */
export class Arena {
  readonly #memory: KernelExports["memory"];
  readonly #base: number;

  constructor(exports: KernelExports) {
    this.#memory = exports.memory;
    this.#base = exports.arenaBase();
  }

  /** Addresses of one aligned region per size in bytes; what was placed before is gone. */
  place<const S extends readonly number[]>(...sizes: S): { -readonly [K in keyof S]: number } {
    let next = this.#base;
    const addresses = sizes.map((size) => {
      const address = next;
      next = Math.ceil((address + size) / ALIGNMENT) * ALIGNMENT;
      return address;
    });
    const missing = next - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    return addresses as { -readonly [K in keyof S]: number };
  }

  float32(address: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length);
  }
  float64(address: number, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, address, length);
  }
  int8(address: number, length: number): Int8Array {
    return new Int8Array(this.#memory.buffer, address, length);
  }
  int16(address: number, length: number): Int16Array {
    return new Int16Array(this.#memory.buffer, address, length);
  }
  int32(address: number, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, address, length);
  }
  uint32(address: number, length: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, address, length);
  }
}

/** Calls visit(start, end) for consecutive pieces of at most CHUNK elements of an array of `length`. */
export function forEachChunk(length: number, visit: (start: number, end: number) => void): void {
  for (let start = 0; start < length; start += CHUNK) visit(start, Math.min(start + CHUNK, length));
}
