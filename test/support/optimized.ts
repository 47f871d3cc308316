import { expect } from "vitest";
import type { Backend, Feeds } from "../../core-ts/backend.ts";
import { copyOf } from "../../core-ts/calibrate/batches.ts";
import type { Model, Node } from "../../core-ts/graph/graph.ts";
import { writeModel } from "../../core-ts/onnx/write.ts";
import { optimize } from "../../core-ts/passes/optimize.ts";
import { elementCount, type Tensor, tensor, toNumbers } from "../../core-ts/tensor/tensor.ts";
import { nodeBackend } from "./backends.ts";
import { normals, random } from "./numbers.ts";

export async function run(backend: Backend, model: Model, feeds: Feeds): Promise<Map<string, Tensor>> {
  const session = await backend.createSession(writeModel(model));
  try {
    return new Map([...(await session.run(feeds))].map(([name, t]) => [name, copyOf(t)]));
  } finally {
    await session.release();
  }
}

export function randomFeeds(model: Model, batch: number, seed: number): Map<string, Tensor> {
  const next = random(seed);
  return new Map(
    model.graph.inputs.map(({ name, type }) => [
      name,
      normals(
        type!.dims!.map((dim) => (typeof dim === "number" ? dim : batch)),
        next,
      ),
    ]),
  );
}

/**
 * Largest |a - b| relative to the largest |a|. Folding moves float32 roundings around: each of K terms of a sum may differ by 2^-24 of its
 * size, so 1e-5 of the largest output is far above rounding and far below any mistake.
 */
export function relativeDifference(a: Tensor, b: Tensor): number {
  expect(b.dtype).toBe(a.dtype);
  expect([...b.dims]).toEqual([...a.dims]);
  const [x, y] = [toNumbers(a), toNumbers(b)];
  let [difference, largest] = [0, 0];
  for (let i = 0; i < elementCount(a.dims); i++) {
    difference = Math.max(difference, Math.abs(x[i]! - y[i]!));
    largest = Math.max(largest, Math.abs(x[i]!));
  }
  return largest === 0 ? difference : difference / largest;
}

export interface Optimized {
  readonly ops: string[];
  readonly nodes: readonly Node[];
  readonly notes: readonly string[];
  readonly model: Model;
}

/** Optimizes, and checks that ONNX Runtime's answers stay the same. */
export async function optimized(model: Model, batch = 1): Promise<Optimized> {
  const backend = nodeBackend();
  const before = Buffer.from(writeModel(model));
  const result = await optimize(model, batch, backend);
  expect(before.equals(writeModel(model))).toBe(true);
  const feeds = randomFeeds(model, batch, 3);
  const [expected, found] = [await run(backend, model, feeds), await run(backend, result.model, feeds)];
  expect([...found.keys()]).toEqual([...expected.keys()]);
  for (const [name, t] of expected) expect(relativeDifference(t, found.get(name)!)).toBeLessThan(1e-5);
  const { nodes } = result.model.graph;
  return { ops: nodes.map(({ op }) => op), nodes, notes: result.notes, model: result.model };
}

/** Constant of given numbers. */
export function floats(dims: readonly number[], values?: readonly number[]): Tensor {
  return tensor(
    "float32",
    dims,
    Float32Array.from({ length: elementCount(dims) }, (_, i) => values?.[i] ?? ((i * 37) % 11) / 5 - 1),
  );
}
