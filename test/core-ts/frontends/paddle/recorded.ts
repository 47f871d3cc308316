import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { ConversionRequest } from "../../../../core-ts/frontends/converter.ts";
import { fromPaddle } from "../../../../core-ts/frontends/paddle/index.ts";
import { writeModel } from "../../../../core-ts/onnx/write.ts";
import { elementCount, type Tensor, tensor, toNumbers } from "../../../../core-ts/tensor/tensor.ts";
import { readNpz } from "../../../../hosts/shared/npy/npz.ts";
import { nodeBackend } from "../../../support/backends.ts";

/** A model that PaddlePaddle saved, and what it answered (test/fixtures/paddle/make.py). */
export interface Recorded {
  readonly model: Uint8Array;
  readonly params: Uint8Array;
  readonly inputs: Map<string, Tensor>;
  readonly outputs: Map<number, Tensor>;
}

const ARRAYS = {
  float32: Float32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int32: Int32Array,
  int64: BigInt64Array,
};

type Entry = readonly [name: string, dtype: keyof typeof ARRAYS, dims: readonly number[]];

/** The arrays of a packed file, by name. */
function* unpacked(file: string): Generator<[string, Tensor]> {
  const url = new URL(`../../../fixtures/paddle/${file}`, import.meta.url);
  const [index, data] = ["index", "data"].map(
    (name) => readNpz(readFileSync(url), file).get(name)!.data as Uint8Array,
  );
  let at = 0;
  for (const [name, dtype, dims] of JSON.parse(new TextDecoder().decode(index)) as Entry[]) {
    const size = elementCount(dims) * ARRAYS[dtype].BYTES_PER_ELEMENT;
    const bytes = new Uint8Array(data!.subarray(at, at + size));
    at += size;
    yield [name, tensor(dtype, dims, new ARRAYS[dtype](bytes.buffer) as never) as Tensor];
  }
}

/** The cases of a file of fixtures, by name. */
export function recordedCases(file: string): Map<string, Recorded> {
  const cases = new Map<string, Recorded>();
  for (const [key, value] of unpacked(file)) {
    const [, name, kind, which] = /^(.*?)\/(model|params|in|out)(?:\/(.*))?$/.exec(key) ?? [];
    const none = new Uint8Array();
    const found = cases.get(name!) ?? { model: none, params: none, inputs: new Map(), outputs: new Map() };
    if (kind === "in") found.inputs.set(which!, value);
    if (kind === "out") found.outputs.set(Number(which), value);
    cases.set(name!, kind === "model" || kind === "params" ? { ...found, [kind]: value.data } : found);
  }
  return cases;
}

export function requestOf(
  { model, params }: Pick<Recorded, "model" | "params">,
  extra: Partial<ConversionRequest> = {},
  file = "net.pdmodel",
): ConversionRequest {
  return {
    model: { name: file, bytes: model },
    ...(params.length > 0 ? { weight: { name: "net.pdiparams", bytes: params } } : {}),
    startNames: [],
    endNames: [],
    toChw: false,
    inputShapes: [],
    beside: async () => undefined,
    ...extra,
  };
}

/** What differs at most, as a share of the largest expected number. NaN where NaN is expected does not differ. */
function difference(found: Tensor, expected: Tensor): number {
  const [a, b] = [toNumbers(found), toNumbers(expected)];
  const largest = b.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0);
  const worst = b.reduce((most, x, i) => Math.max(most, Object.is(a[i], x) ? 0 : Math.abs(a[i]! - x)), 0);
  return largest === 0 ? worst : worst / largest;
}

const backend = nodeBackend();

/** Runs what a case is converted to; its outputs in order. */
export async function answersOf(found: Recorded, file?: string): Promise<Tensor[]> {
  const converted = await fromPaddle(requestOf(found, {}, file));
  const session = await backend.createSession(writeModel(converted));
  try {
    const answers = await session.run(found.inputs);
    return converted.graph.outputs.map(({ name }) => {
      const answer = answers.get(name)!;
      return tensor(answer.dtype, answer.dims, answer.data.slice() as never) as Tensor;
    });
  } finally {
    await session.release();
  }
}

/** Expects the answers that were recorded: shapes and types exactly, numbers within `tolerance` of the largest. */
export async function expectRecorded(found: Recorded, tolerance: number, file?: string): Promise<void> {
  const answers = await answersOf(found, file);
  expect(answers.length).toBe(found.outputs.size);
  for (const [i, expected] of found.outputs) {
    const answer = answers[i]!;
    expect([answer.dtype, answer.dims]).toEqual([expected.dtype, expected.dims]);
    if (elementCount(expected.dims) === 0) continue;
    expect(difference(answer, expected), `output ${i}`).toBeLessThanOrEqual(tolerance);
  }
}
