import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { buildKernels, kernelsPath } from "../../scripts/build-kernels.mjs";
import { KERNEL_KINDS } from "../support/kernels.ts";

declare const WebAssembly: {
  readonly Module: {
    new (bytes: Uint8Array): object;
    imports(module: object): unknown[];
    exports(module: object): { readonly name: string }[];
  };
};

describe.each(KERNEL_KINDS)("the %s module", (kind) => {
  let module: object;
  beforeAll(async () => {
    await buildKernels();
    module = new WebAssembly.Module(readFileSync(kernelsPath(kind)));
  });

  test("imports nothing, so that any host can instantiate it with an empty object", () => {
    expect(WebAssembly.Module.imports(module)).toEqual([]);
  });

  test("exports the same names as the other build", () => {
    const names = (m: object) =>
      WebAssembly.Module.exports(m)
        .map(({ name }) => name)
        .sort();
    const other = KERNEL_KINDS.find((k) => k !== kind)!;
    expect(names(module)).toEqual(names(new WebAssembly.Module(readFileSync(kernelsPath(other)))));
  });
});
