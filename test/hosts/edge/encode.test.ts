import { describe, expect, it } from "vitest";
import { tensor } from "../../../core-ts/tensor/tensor.ts";
import { disposition, jsonElements, npz, toBase64 } from "../../../hosts/edge/encode.ts";
import { boundWasmHeap } from "../../../hosts/edge/wasm-heap.ts";
import { readNpz } from "../../../hosts/shared/npy/npz.ts";

describe("encoding", () => {
  it("writes base64 as Buffer does, over several chunks", () => {
    for (const length of [0, 1, 2, 3, 0x8000 - 1, 0x8000, 0x8001, 100_000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 31) & 255);
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
    }
  });

  it("writes names so that no header breaks", () => {
    expect(disposition("a.onnx")).toBe('Content-Disposition: attachment; filename="a.onnx"');
    const odd = disposition('a"\\\r\nX: 1;ü');
    expect(odd).not.toMatch(/[\r\n]/);
    expect(odd).toContain('filename="a____X: 1;_"');
    expect(odd).toContain("filename*=UTF-8''a%22%5C%0D%0AX%3A%201%3B%C3%BC");
  });

  it("writes numbers that JSON has, and text for the others", () => {
    const values = Float32Array.of(0.5, Number.NaN, Number.NEGATIVE_INFINITY);
    expect(jsonElements(tensor("float32", [3], values))).toEqual([0.5, "NaN", "-Infinity"]);
    const whole = BigInt64Array.of(-3n, 9007199254740993n);
    expect(jsonElements(tensor("int64", [2], whole))).toEqual([-3, "9007199254740993"]);
  });

  it("names arrays by output, of several batches by batch and output", () => {
    const batch = new Map([["y", tensor("float32", [1], Float32Array.of(1))]]);
    expect([...readNpz(npz([batch]), "f").keys()]).toEqual(["y"]);
    expect([...readNpz(npz([batch, batch]), "f").keys()]).toEqual(["0/y", "1/y"]);
  });
});

/** The types of Node 20 lack WebAssembly. */
declare const WebAssembly: {
  readonly Memory: new (descriptor: object) => { grow(pages: number): number; readonly buffer: ArrayBuffer };
};

describe("boundWasmHeap", () => {
  it("lets a memory grow to the bound and no further, and tells the bytes of all", () => {
    const PAGE = 64 * 1024;
    const heap = boundWasmHeap(3 * PAGE);
    expect(heap()).toBe(0);
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
    memory.grow(2);
    expect(() => memory.grow(1)).toThrow();
    new WebAssembly.Memory({ initial: 1 });
    expect(heap()).toBe(4 * PAGE);
    // What a module needs from the start it gets, or it could not be loaded.
    expect(new WebAssembly.Memory({ initial: 5 }).buffer.byteLength).toBe(5 * PAGE);
  });
});
