import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InternalError } from "../../core-ts/errors.ts";
import { createKernels } from "../../core-ts/kernels/create.ts";
import type { Kernels } from "../../core-ts/kernels/kernels.ts";
import { packageRoot } from "./package-root.ts";

// The types of Node 20 do not declare WebAssembly, which is a web standard.
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean;
  compile(bytes: Uint8Array): Promise<object>;
};

async function kernelBytes(kind: "simd" | "scalar"): Promise<Uint8Array> {
  const file = join(packageRoot(), "build", `kernels.${kind}.wasm`);
  try {
    return await readFile(file);
  } catch (cause) {
    throw new InternalError(`the kernels are missing: ${file} can't be read; run npm run build`, {
      file,
      cause,
    });
  }
}

/**
 * The kernels of build/: the SIMD build, or the scalar one (same bits, slower) where this Node has no SIMD; `log` is then told.
 * @throws InternalError when the build is missing.
 */
export async function loadNodeKernels(log?: (message: string) => void): Promise<Kernels> {
  const simd = await kernelBytes("simd");
  if (WebAssembly.validate(simd)) return createKernels(await WebAssembly.compile(simd));
  log?.("this runtime has no WebAssembly SIMD: the scalar kernels are used");
  return createKernels(await WebAssembly.compile(await kernelBytes("scalar")));
}
