import { describe, expect, it } from "vitest";
import { quantizeCase } from "../../conformance/whole-way.ts";
import { nodeBackend, webBackend } from "../support/backends.ts";
import { loadKernels } from "../support/kernels.ts";
import { decodeModel } from "../support/onnx-messages.ts";
import { plainModels } from "./make/models/index.ts";

const all = Object.values(plainModels()).flat();

/** What differs, where a SHA-256 only says that something does: nodes, attributes and every number of the file against those of the plain twin. */
describe.each([
  ["onnxruntime-web", webBackend],
  ["onnxruntime-node", nodeBackend],
])("what is written with %s is what the plain twin writes", (_, backend) => {
  it.each(all.map((one) => [one.stored.title, one] as const))("%s", async (__, { stored, expected }) => {
    const found = await quantizeCase(stored, { backend: backend(), kernels: await loadKernels("simd") });
    expect(decodeModel(found)).toEqual(decodeModel(expected));
    expect(Buffer.from(found).equals(Buffer.from(expected))).toBe(true);
  });
});
