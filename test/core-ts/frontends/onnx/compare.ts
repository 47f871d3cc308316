import { expect } from "vitest";
import type { Feeds } from "../../../../core-ts/backend.ts";
import { fromOnnx } from "../../../../core-ts/frontends/onnx/index.ts";
import type { Attribute, Graph, GraphValue, Model, Node } from "../../../../core-ts/graph/graph.ts";
import { writeModel } from "../../../../core-ts/onnx/write.ts";
import { type Tensor, toNumbers } from "../../../../core-ts/tensor/tensor.ts";
import { nodeBackend } from "../../../support/backends.ts";
import { graph, model, node, value } from "../../../support/build-model.ts";
import { normals, random } from "../../../support/numbers.ts";

const backend = nodeBackend();

/** A model of one op, at a version of the standard opset. */
export interface OneOp {
  readonly op: string;
  /** Shapes of the float32 inputs, in order; a Tensor is a constant. */
  readonly inputs: readonly (readonly number[] | Tensor)[];
  readonly attrs?: Readonly<Record<string, Attribute>>;
  readonly outputs?: number;
}

export function oneOpAt(spec: OneOp, opset: number): Model {
  const names = spec.inputs.map((_, i) => `x${i}`);
  const outputs = Array.from({ length: spec.outputs ?? 1 }, (_, i) => `y${i}`);
  const constants: Record<string, Tensor> = {};
  const inputs: GraphValue[] = [];
  for (const [i, input] of spec.inputs.entries()) {
    if ("dtype" in input) constants[names[i]!] = input;
    else inputs.push(value(names[i]!, input));
  }
  const only = node(`${spec.op} ${names.join(" ")} -> ${outputs.join(" ")}`, spec.attrs);
  return at(opset, graph({ inputs, outputs: outputs.map((name) => value(name)), nodes: [only], constants }));
}

/** A model whose nodes are written in one version of the standard opset. */
export const at = (opset: number, content: Graph): Model =>
  model(content, { opsets: new Map([["", opset]]) });

/** x → the nodes → y. */
export function chain(
  opset: number,
  x: readonly (number | string)[],
  lines: (string | Node)[],
  constants = {},
) {
  return at(opset, graph({ inputs: [value("x", x)], outputs: [value("y")], nodes: lines, constants }));
}

/** Normal random data for every input; free dimensions take 2. */
export function feedsFor(content: Model, seed = 1): Map<string, Tensor> {
  const next = random(seed);
  const constants = content.graph.initializers;
  return new Map(
    content.graph.inputs
      .filter(({ name }) => !constants.has(name))
      .map(({ name, type }) => {
        const dims = (type?.dims ?? []).map((dim) => (typeof dim === "number" ? dim : 2));
        return [name, normals(dims, next)] as const;
      }),
  );
}

/** Outputs of a serialized model in ONNX Runtime. */
export async function outputsOf(bytes: Uint8Array, feeds: Feeds): Promise<Map<string, Tensor>> {
  const session = await backend.createSession(bytes);
  const results = await session.run(feeds);
  const copies = new Map([...results].map(([name, t]) => [name, { ...t, data: t.data.slice() } as Tensor]));
  await session.release();
  return copies;
}

function expectTensors(
  found: ReadonlyMap<string, Tensor>,
  expected: ReadonlyMap<string, Tensor>,
  tol: number,
) {
  expect([...found.keys()]).toEqual([...expected.keys()]);
  for (const [name, right] of expected) {
    const left = found.get(name)!;
    expect([name, left.dtype, left.dims]).toEqual([name, right.dtype, right.dims]);
    const [a, b] = [toNumbers(left), toNumbers(right)];
    const largest = b.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const worst = b.reduce((most, x, i) => Math.max(most, Object.is(a[i], x) ? 0 : Math.abs(a[i]! - x)), 0);
    expect(worst, `${name} differs`).toBeLessThanOrEqual(tol * largest);
  }
}

/**
 * Canonicalises the bytes, and expects ONNX Runtime to compute the same from them as from the original at its own opset: to the bit with
 * `tolerance` 0, otherwise within that share of the largest output. @returns the canonical model.
 */
export async function expectSameBytes(bytes: Uint8Array, feeds: Feeds, tolerance = 0): Promise<Model> {
  const canonical = await fromOnnx(bytes);
  expectTensors(await outputsOf(writeModel(canonical), feeds), await outputsOf(bytes, feeds), tolerance);
  return canonical;
}

export function expectSame(content: Model, tolerance = 0, feeds: Feeds = feedsFor(content)): Promise<Model> {
  return expectSameBytes(writeModel(content), feeds, tolerance);
}

export const opsOf = (content: Model): string[] => content.graph.nodes.map(({ op }) => op);
