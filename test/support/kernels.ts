import { readFileSync } from "node:fs";
import { createKernels } from "../../core-ts/kernels/create.ts";
import type { CompiledKernels } from "../../core-ts/kernels/instance.ts";
import type { Kernels } from "../../core-ts/kernels/kernels.ts";
import { buildKernels, kernelsPath } from "../../scripts/build-kernels.mjs";

declare const WebAssembly: { readonly Module: new (bytes: Uint8Array) => CompiledKernels };

export const KERNEL_KINDS = ["simd", "scalar"] as const;
export type KernelKind = (typeof KERNEL_KINDS)[number];

/** The compiled kernels of one kind, a WebAssembly.Module; builds them if they are missing or older than core-as/. */
export async function compileKernels(kind: KernelKind): Promise<CompiledKernels> {
  await buildKernels();
  return new WebAssembly.Module(readFileSync(kernelsPath(kind)));
}

/** A fresh instance of the kernels; each has its own memory. */
export async function loadKernels(kind: KernelKind): Promise<Kernels> {
  return createKernels(await compileKernels(kind));
}
