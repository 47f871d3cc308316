import { describe, expect, it } from "vitest";
import type { Attribute, Model } from "../../../../../core-ts/graph/graph.ts";
import { tensor } from "../../../../../core-ts/tensor/tensor.ts";
import { normals, random } from "../../../../support/numbers.ts";
import { attr, modelOf } from "../../../../support/one-op.ts";
import { outputSqnr, wholeWay } from "../../../../support/whole-way.ts";

const [N, T, I, H] = [2, 6, 3, 4];
const next = random(9);
const weights = [
  normals([1, 4 * H, I], next, 0.4),
  normals([1, 4 * H, H], next, 0.4),
  normals([1, 8 * H], next, 0.2),
];
const states = [normals([1, N, H], next, 0.2), normals([1, N, H], next, 0.2)];

function lstm(layout: 0 | 1): Model {
  const attrs: Record<string, Attribute> = {
    hidden_size: attr.int(H),
    ...(layout === 1 ? { layout: attr.int(1) } : {}),
  };
  const order = <V>(a: V, b: V): [V, V] => (layout === 1 ? [b, a] : [a, b]);
  const initial = states.map((t) => ({ ...t, dims: layout === 1 ? [N, 1, H] : [1, N, H] }));
  return modelOf({
    op: "LSTM",
    inputs: [[...order(T, N), I], ...weights, null, ...initial],
    attrs,
    outputs: 3,
  });
}

const x = normals([T, N, I], next);

/** The same samples with the batch first. */
function batchFirst() {
  const data = new Float32Array(x.data.length);
  for (let t = 0; t < T; t++)
    for (let n = 0; n < N; n++)
      for (let i = 0; i < I; i++) data[(n * T + t) * I + i] = (x.data as Float32Array)[(t * N + n) * I + i]!;
  return tensor("float32", [N, T, I], data);
}

describe("layout 1, which ONNX Runtime has no kernel for", () => {
  it("is layout 0 between transposes", async () => {
    const [plain, turned] = [
      await wholeWay(lstm(0), { batches: [new Map([["x0", x]])] }),
      await wholeWay(lstm(1), { batches: [new Map([["x0", batchFirst()]])] }),
    ];
    expect(turned.prepared.floatLayers).toEqual([]);
    const [y0, y1] = [plain, turned].map((run) => run.float[0]!.get("y0")!);
    expect(y1!.dims).toEqual([N, T, 1, H]);
    for (let t = 0; t < T; t++)
      for (let n = 0; n < N; n++)
        for (let j = 0; j < H; j++)
          expect(y1!.data[(n * T + t) * H + j]).toBeCloseTo(Number(y0!.data[(t * N + n) * H + j]), 6);
    expect(turned.float[0]!.get("y1")!.dims).toEqual([N, 1, H]);
    for (const name of ["y0", "y1", "y2"]) expect(outputSqnr(turned, name)).toBeGreaterThan(28);
  });
});
