import { InternalError } from "../../core-ts/errors.ts";
import { createKernels } from "../../core-ts/kernels/create.ts";
import type { Kernels } from "../../core-ts/kernels/kernels.ts";

/**
 * The SIMD kernels of build/, imported as a module: that needs no permission to read. Every engine that Deno runs on has SIMD.
 * @throws InternalError when the build is missing.
 */
export async function loadDenoKernels(): Promise<Kernels> {
  try {
    return createKernels({ exports: await import("../../build/kernels.simd.wasm") });
  } catch (cause) {
    throw new InternalError(
      "the kernels are missing: build/kernels.simd.wasm can't be loaded; run npm run build",
      {
        cause,
      },
    );
  }
}
