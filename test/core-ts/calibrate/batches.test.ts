import { describe, expect, it } from "vitest";
import type { Feeds } from "../../../core-ts/backend.ts";
import { batchRows, copyOf, inChunks, rows } from "../../../core-ts/calibrate/batches.ts";
import { DataError } from "../../../core-ts/errors.ts";
import type { GraphValue } from "../../../core-ts/graph/graph.ts";
import { elementCount, type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { value } from "../../support/build-model.ts";

const float = (dims: readonly number[], ...data: number[]) =>
  tensor("float32", dims, Float32Array.from(data));
/** [n, 2]: row i is (10 i, 10 i + 1). */
const counted = (n: number) =>
  float([n, 2], ...Array.from({ length: n }, (_, i) => [10 * i, 10 * i + 1]).flat());

const edges = (...inputs: GraphValue[]) => ({ inputs, outputs: [] as GraphValue[] });

describe("rows", () => {
  it("are cut from the first axis, without copying", () => {
    const t = counted(4);
    const part = rows(t, 1, 3);
    expect(part).toEqual(float([2, 2], 10, 11, 20, 21));
    expect((part.data as Float32Array).buffer).toBe(t.data.buffer);
  });

  it("of strings and of int64", () => {
    expect(rows(tensor("string", [3], ["a", "b", "c"]), 1, 3)).toEqual(tensor("string", [2], ["b", "c"]));
    expect(rows(tensor("int64", [2, 1], BigInt64Array.of(5n, 6n)), 1, 2).data).toEqual(BigInt64Array.of(6n));
  });
});

describe("copyOf", () => {
  it("outlives the buffer it came from", () => {
    const t = counted(2);
    const copy = copyOf(rows(t, 1, 2));
    t.data.fill(0);
    expect(copy).toEqual(float([1, 2], 10, 11));
  });
});

describe("batchRows", () => {
  const inputs = [value("x", [1, 2]), value("y", [1, 2])];

  it("is the first axis all inputs have in common", () => {
    expect(
      batchRows(
        new Map([
          ["x", counted(3)],
          ["y", counted(3)],
        ]),
        inputs,
        1,
      ),
    ).toBe(3);
  });

  it("leaves out inputs that hold for all samples: scalars, and first axes of another length", () => {
    const fixed = [value("rate", [], "int64"), value("state", [2, 1]), value("x", [1, 2])];
    const feeds: Feeds = new Map<string, Tensor>([
      ["rate", tensor("int64", [], BigInt64Array.of(16000n))],
      ["state", float([2, 1], 1, 2)],
      ["x", counted(5)],
    ]);
    expect(batchRows(feeds, fixed, 1)).toBe(5);
  });

  it("names inputs that disagree, and inputs without data", () => {
    expect(() =>
      batchRows(
        new Map([
          ["x", counted(3)],
          ["y", counted(2)],
        ]),
        inputs,
        1,
      ),
    ).toThrow(
      new DataError('input "y" has 2 rows, input "x" has 3; feed the same number of samples to every input', {
        value: "y",
      }),
    );
    expect(() =>
      batchRows(
        new Map([
          ["x", counted(3)],
          ["z", counted(3)],
        ]),
        inputs,
        1,
      ),
    ).toThrow(new DataError('no data for the model\'s input "y"; inputs given: "x", "z"', { value: "y" }));
    expect(() => batchRows(new Map(), inputs, 1)).toThrow(/inputs given: none/);
  });
});

/** A model of fixed batch: `perSample` output rows for each input row, each twice the input; also the sum over the batch. */
function doubling(size: number, perSample: number, seen: number[][] = []) {
  const buffer = new Float32Array(size * perSample * 2);
  return async (chunk: Feeds): Promise<Map<string, Tensor>> => {
    const x = chunk.get("x")!;
    expect(x.dims).toEqual([size, 2]);
    seen.push([...(x.data as Float32Array)]);
    for (let i = 0; i < size * perSample; i++)
      for (const k of [0, 1])
        buffer[2 * i + k] = 2 * (x.data as Float32Array)[2 * Math.floor(i / perSample) + k]!;
    // The same buffer every time, as a backend may.
    return new Map([["y", tensor("float32", [size * perSample, 2], buffer)]]);
  };
}

describe("inChunks", () => {
  it.each(
    [1, 2, 3, 4, 7].flatMap((size) =>
      [1, 2, 5, 8].flatMap((count) => [1, 3].map((per) => [size, count, per] as const)),
    ),
  )(
    "batch %i on %i samples, %i output rows each: as one run of a model that takes all",
    async (size, count, per) => {
      const feeds: Feeds = new Map([["x", counted(count)]]);
      const whole = (await doubling(count, per)(feeds)).get("y");
      const joined = await inChunks(feeds, edges(value("x", [size, 2])), size, doubling(size, per));
      expect(joined.get("y")).toEqual(whole);
    },
  );

  it("fills the last chunk with its last row", async () => {
    const seen: number[][] = [];
    await inChunks(new Map([["x", counted(3)]]), edges(value("x", [2, 2])), 2, doubling(2, 1, seen));
    expect(seen).toEqual([
      [0, 1, 10, 11],
      [20, 21, 20, 21],
    ]);
  });

  it("joins outputs whose number of rows depends on the data", async () => {
    let found = 0;
    const joined = await inChunks(new Map([["x", counted(3)]]), edges(value("x", [1, 2])), 1, async () => {
      found++;
      return new Map([["boxes", float([found - 1, 1], ...Array(found - 1).fill(found))]]);
    });
    expect(joined.get("boxes")).toEqual(float([3, 1], 2, 3, 3));
  });

  it("makes one row of each scalar output, and leaves a single one a scalar", async () => {
    const scalar = async (chunk: Feeds) =>
      new Map([["s", float([], (chunk.get("x")!.data as Float32Array)[0]!)]]);
    const run = (n: number) => inChunks(new Map([["x", counted(n)]]), edges(value("x", [1, 2])), 1, scalar);
    expect((await run(3)).get("s")).toEqual(float([3], 0, 10, 20));
    expect((await run(1)).get("s")).toEqual(float([], 0));
  });

  it("joins strings and int64", async () => {
    const joined = await inChunks(
      new Map([["x", counted(2)]]),
      edges(value("x", [1, 2])),
      1,
      async (chunk) => {
        const first = (chunk.get("x")!.data as Float32Array)[0]!;
        return new Map<string, Tensor>([
          ["label", tensor("string", [1], [`v${first}`])],
          ["index", tensor("int64", [1], BigInt64Array.of(BigInt(first)))],
        ]);
      },
    );
    expect(joined.get("label")).toEqual(tensor("string", [2], ["v0", "v10"]));
    expect(joined.get("index")).toEqual(tensor("int64", [2], BigInt64Array.of(0n, 10n)));
  });

  it("gives inputs that hold for all samples whole to every chunk", async () => {
    const rate = tensor("int64", [], BigInt64Array.of(8n));
    const inputs = [value("rate", [], "int64"), value("x", [1, 2])];
    const got: Tensor[] = [];
    await inChunks(
      new Map<string, Tensor>([
        ["rate", rate],
        ["x", counted(2)],
      ]),
      edges(...inputs),
      1,
      async (chunk) => {
        got.push(chunk.get("rate")!);
        expect(elementCount(chunk.get("x")!.dims)).toBe(2);
        return new Map();
      },
    );
    expect(got).toEqual([rate, rate]);
  });

  it("gives an input that holds for all whole to every chunk, whatever its length, and takes an output that does once", async () => {
    const state = float([1, 2], 7, 8);
    const feeds = new Map<string, Tensor>([
      ["x", counted(3)],
      ["state", state],
    ]);
    const both = {
      inputs: [value("x", [1, 2]), { ...value("state", [1, 2]), holdsForAll: true }],
      outputs: [value("y", [1, 2]), { ...value("constant", [1, 2]), holdsForAll: true }],
    };
    expect(batchRows(feeds, both.inputs, 1)).toBe(3);
    const joined = await inChunks(feeds, both, 1, async (chunk) => {
      expect(chunk.get("state")).toBe(state);
      return new Map([
        ["y", chunk.get("x")!],
        ["constant", state],
      ]);
    });
    expect(joined).toEqual(
      new Map([
        ["y", counted(3)],
        ["constant", state],
      ]),
    );
  });

  it("does nothing for no samples", async () => {
    const never = async () => Promise.reject(new Error("was called"));
    expect(await inChunks(new Map([["x", counted(0)]]), edges(value("x", [1, 2])), 1, never)).toEqual(
      new Map(),
    );
  });
});
