interface MemoryDescriptor {
  readonly initial: number;
  readonly maximum?: number;
  readonly shared?: boolean;
}
interface WasmMemory {
  readonly buffer: { readonly byteLength: number };
}
type MemoryClass = new (descriptor: MemoryDescriptor) => WasmMemory;

/** The types of Node 20 lack WebAssembly. */
declare const WebAssembly: { Memory: MemoryClass };

const PAGE = 64 * 1024;

/**
 * Bounds every WebAssembly memory that this thread makes from now on; an allocation beyond fails as one beyond 4 GB would.
 * ONNX Runtime's own heap is one. @returns the bytes all of them have now: a heap grows and never shrinks.
 */
export function boundWasmHeap(maxBytes: number): () => number {
  const memories: WasmMemory[] = [];
  const pages = Math.floor(maxBytes / PAGE);
  const Unbounded = WebAssembly.Memory;
  WebAssembly.Memory = class extends Unbounded {
    constructor(descriptor: MemoryDescriptor) {
      const { maximum = pages } = descriptor;
      super({ ...descriptor, maximum: Math.max(descriptor.initial, Math.min(maximum, pages)) });
      memories.push(this);
    }
  };
  return () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}
