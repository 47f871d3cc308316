import { describe, expect, it } from "vitest";
import { DataError } from "../../../../core-ts/errors.ts";
import { DTYPE_CODES } from "../../../../core-ts/tensor/dtype.ts";
import { type Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";
import { loadNodeImages } from "../../../../hosts/node/images.ts";
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
  note: (sentence: string) => void = () => undefined,
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
    input_configs_dict: {},
    early_stop_flag: false,
    forward: async (...inputs: Tensor[]) => {
      seen.push(inputs.map((t) => Array.from(t.data as Float32Array)));
      return inputs;
    },
    ...more,
  } as Partial<Executor> as Executor;
  await createInferFiles(
    { files, loadImages: loadNodeImages },
    { normalizes: false, countGiven: true, note },
  )(executor);
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

  it("leaves out the rest that does not fill a fixed batch, and says so", async () => {
    const notes: string[] = [];
    const files = fileSystem({ "data/a.npy": counting(4) });
    const batches = await fed(files, { x: [3, 2] }, {}, (note) => notes.push(note));
    expect(batches).toEqual([[[0, 1, 2, 3, 4, 5]]]);
    expect(notes).toEqual(["data holds 1 batch, 1 that do not fill a batch of 3 left out, -i asks for 100"]);
    const more = { "data/a.npy": counting(2) };
    await expect(fed(fileSystem(more), { x: [3, 2] })).rejects.toThrow(/holds 2 samples, the model takes 3/);
  });

  it("names files of other kinds", async () => {
    const notes: string[] = [];
    const content = { "data/a.npy": counting(2), "data/b.txt": "-", "data/c.csv": "-" };
    await fed(fileSystem(content), { x: ["n", 2] }, { iteration: 1 }, (note) => notes.push(note));
    expect(notes).toEqual([
      expect.stringMatching(/^data: b.txt, c.csv left out, kinds that are read are .npy/),
    ]);
  });

  it.each<[string, Tensor, keyof typeof DTYPE_CODES, RegExp | number[]]>([
    ["float64", tensor("float64", [1, 2], Float64Array.of(0.5, -3)), "float32", [0.5, -3]],
    ["int64", tensor("int64", [1, 2], BigInt64Array.of(7n, -3n)), "float32", [7, -3]],
    ["whole float64", tensor("float64", [1, 2], Float64Array.of(7, -3)), "int64", [7, -3]],
    [
      "fractions",
      tensor("float64", [1, 2], Float64Array.of(0.5, -3)),
      "int64",
      /data\/a.npy holds float64 numbers/,
    ],
    [
      "int64 too large",
      tensor("int64", [1, 2], BigInt64Array.of(2n ** 40n, 0n)),
      "int32",
      /save them as int32/,
    ],
  ])("converts %s to what the model takes, or says why not", async (_, array, dtype, expected) => {
    const input_types = { x: DTYPE_CODES[dtype] };
    const run = fed(fileSystem({ "data/a.npy": array }), { x: ["n", 2] }, { input_types });
    if (expected instanceof RegExp) await expect(run).rejects.toThrow(expected);
    else expect((await run)[0]![0]!.map(Number)).toEqual(expected);
  });

  it("refuses samples of two shapes in one batch", async () => {
    const content = { "data/a.npy": counting(1), "data/b.npy": tensor("uint8", [1, 3], new Uint8Array(3)) };
    const run = fed(fileSystem(content), { x: ["n", null] });
    await expect(run).rejects.toThrow(
      /data\/b.npy holds samples of float32 \[3\].*those before it are float32 \[2\]/,
    );
    expect(await fed(fileSystem(content), { x: ["n", null] }, { batch_size: 1 })).toHaveLength(2);
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
