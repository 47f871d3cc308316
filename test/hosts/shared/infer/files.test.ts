import { describe, expect, it } from "vitest";
import { DataError } from "../../../../core-ts/errors.ts";
import { DTYPE_CODES } from "../../../../core-ts/tensor/dtype.ts";
import { type Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";
import type { Executor, ShapeDim } from "../../../../hosts/shared/infer/executor.ts";
import { countSamples, createInferFiles } from "../../../../hosts/shared/infer/files.ts";
import { MemoryFiles } from "../../../../hosts/shared/job/memory-files.ts";
import { writeNpz } from "../../../../hosts/shared/npy/npz.ts";
import { writeNpy } from "../../../../hosts/shared/npy/write.ts";

/** [n, 2] of the numbers from `first` up. */
function counting(n: number, first = 0): Tensor {
  return tensor(
    "uint8",
    [n, 2],
    Uint8Array.from({ length: 2 * n }, (_, i) => first + i),
  );
}

function fileSystem(content: Record<string, Tensor | ReadonlyMap<string, Tensor> | string>): MemoryFiles {
  const bytes = (one: Tensor | ReadonlyMap<string, Tensor> | string) => {
    if (typeof one === "string") return new TextEncoder().encode(one);
    return one instanceof Map ? writeNpz(one) : writeNpy(one as Tensor);
  };
  return new MemoryFiles(new Map(Object.entries(content).map(([path, one]) => [path, bytes(one)])));
}

/** What an infer function was given, batch by batch, input by input. */
async function fed(
  files: MemoryFiles,
  shapes: Readonly<Record<string, readonly ShapeDim[]>>,
  more: Partial<Executor> = {},
): Promise<number[][][]> {
  const seen: number[][][] = [];
  const executor = {
    iteration: 100,
    batch_size: 2,
    dataset: "data",
    input_nodes: Object.keys(shapes),
    input_types: Object.fromEntries(Object.keys(shapes).map((name) => [name, DTYPE_CODES.float32])),
    shape_dicts: shapes,
    init_shape_info: () => undefined,
    early_stop_flag: false,
    forward: async (...inputs: Tensor[]) => {
      seen.push(inputs.map((t) => Array.from(t.data as Float32Array)));
      return inputs;
    },
    ...more,
  } as Partial<Executor> as Executor;
  await createInferFiles({ files }, () => undefined)(executor);
  return seen;
}

describe("infer_files", () => {
  it("feeds the files of a folder in the order of their names, across file borders, converted", async () => {
    const files = fileSystem({
      "data/b.npy": counting(2, 6),
      "data/a.npy": counting(3),
      "data/notes.txt": "-",
    });
    expect(await fed(files, { x: ["n", 2] })).toEqual([[[0, 1, 2, 3]], [[4, 5, 6, 7]], [[8, 9]]]);
    expect(await countSamples("data", files)).toBe(5);
  });

  it("takes an array of a sample's rank as one sample, and no more batches than asked for", async () => {
    const one = tensor("float32", [2], Float32Array.of(7, 8));
    const files = fileSystem({ "data/a.npy": one, "data/b.npy": counting(9) });
    expect(await fed(files, { x: ["n", 2] }, { iteration: 1 })).toEqual([[[7, 8, 0, 1]]]);
  });

  it("leaves out the rest that does not fill a fixed batch", async () => {
    expect(await fed(fileSystem({ "data/a.npy": counting(4) }), { x: [3, 2] })).toEqual([
      [[0, 1, 2, 3, 4, 5]],
    ]);
  });

  it.each<[string, Record<string, Tensor | ReadonlyMap<string, Tensor>>]>([
    ["files of their names", { "data/x.npy": counting(2), "data/y.npy": counting(2, 10) }],
    ["folders of their names", { "data/x/0.npy": counting(2), "data/y/0.npy": counting(2, 10) }],
    [
      "archives",
      {
        "data/all.npz": new Map([
          ["y", counting(2, 10)],
          ["x", counting(2)],
        ]),
      },
    ],
  ])("feeds several inputs from %s", async (_, content) => {
    const batches = await fed(fileSystem(content), { x: ["n", 2], y: ["n", 2] });
    expect(batches).toEqual([
      [
        [0, 1, 2, 3],
        [10, 11, 12, 13],
      ],
    ]);
  });

  it.each<[string, Record<string, Tensor | ReadonlyMap<string, Tensor> | string>, RegExp]>([
    ["no data files", { "data/a.txt": "-" }, /data holds no data files for the input "x"/],
    ["different numbers", { "data/x.npy": counting(3), "data/y.npy": counting(2) }, /"y" and for "x" differ/],
    [
      "a wrong shape",
      { "data/x.npy": tensor("uint8", [2, 3], new Uint8Array(6)), "data/y.npy": counting(2) },
      /expected \[N, 2\]/,
    ],
    ["an archive without the input", { "data/z.npz": new Map([["z", counting(1)]]) }, /its arrays are "z"/],
  ])("refuses %s", async (_, content, message) => {
    const run = fed(fileSystem(content), { x: ["n", 2], y: ["n", 2] });
    await expect(run).rejects.toBeInstanceOf(DataError);
    await expect(run).rejects.toThrow(message);
  });
});
