import { Arena } from "./arena.ts";
import { type CompiledKernels, instantiate } from "./instance.ts";
import type { Kernels } from "./kernels.ts";
import { quantizerKernels, requantizeKernel } from "./quantizers.ts";
import { searchKernels } from "./searches.ts";
import { statisticsKernels } from "./statistics.ts";
import { tableKernels } from "./tables.ts";

/**
 * The kernels on top of a compiled build/kernels.simd.wasm or build/kernels.scalar.wasm: a WebAssembly.Module, which is
 * instantiated here, or a WebAssembly.Instance. It belongs to this object from then on.
 * @throws InternalError if it is another module.
 */
export function createKernels(compiled: CompiledKernels): Kernels {
  const wasm = instantiate(compiled);
  const arena = new Arena(wasm);
  return {
    simd: wasm.hasSimd() === 1,
    ...statisticsKernels(wasm, arena),
    ...searchKernels(wasm, arena),
    ...quantizerKernels(wasm, arena),
    ...requantizeKernel(wasm, arena),
    ...tableKernels(wasm, arena),
  };
}
