import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TensorOf, tensor } from "../../core-ts/tensor/tensor.ts";
import { writeNpy } from "../../hosts/shared/npy/write.ts";

/** A layer of a dump made by hand; every batch is one row. */
export interface HandLayer {
  readonly name: string;
  readonly op?: string;
  readonly scale?: number;
  readonly float: readonly (readonly number[])[];
  readonly quant: readonly (readonly number[])[];
  readonly weight?: readonly [float: readonly number[], quant: readonly number[]];
}

const rowOf = (row: readonly number[]): TensorOf<"float32"> =>
  tensor("float32", [1, row.length], Float32Array.from(row));
const int8 = (row: readonly number[]): TensorOf<"int8"> =>
  tensor("int8", [1, row.length], Int8Array.from(row));

/** Writes what quant -du would, into `folder`. */
export function writeDump(folder: string, layers: readonly HandLayer[]): string {
  const entries = layers.map(({ name, op = "Conv", scale = 1, float, quant, weight }, i) => {
    const key = String(i).padStart(4, "0");
    const place = `${key}:${encodeURIComponent(name)}`;
    const write = (side: string, file: string, bytes: Uint8Array) => {
      mkdirSync(join(folder, "dump", side, place), { recursive: true });
      writeFileSync(join(folder, "dump", side, place, file), bytes);
    };
    for (const [k, row] of float.entries()) write("float", `batch_${k}.npy`, writeNpy(rowOf(row)));
    for (const [k, row] of quant.entries()) write("quant", `batch_${k}.npy`, writeNpy(int8(row)));
    if (weight) {
      write("float", "weight.npy", writeNpy(rowOf(weight[0])));
      write("quant", "weight.npy", writeNpy(rowOf(weight[1])));
    }
    const entry = {
      layer: name,
      op_type: op,
      value: `${name}_out`,
      quant_value: `${name}_int`,
      folder: place,
    };
    return [key, { ...entry, dtype: "int8", scale }] as const;
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "dump.json"),
    JSON.stringify({ version: 1, layers: Object.fromEntries(entries) }),
  );
  return folder;
}

/** Two batches each of Conv, Add, Gemm and Add: off, exact, opposite, and an error against zeros. */
export function fourLayers(folder: string): string {
  return writeDump(folder, [
    {
      name: "/a/conv",
      scale: 0.5,
      float: [
        [1, 2],
        [-3, 4],
      ],
      quant: [
        [4, 2],
        [-6, 12],
      ],
      weight: [
        [1, 2, 3, 4],
        [1, 2, 3, 3.5],
      ],
    },
    { name: "b", op: "Add", float: [[1, 1], [1]], quant: [[1, 1], [1]] },
    { name: "c", op: "Gemm", float: [[1, -1], [2]], quant: [[-1, 1], [2]] },
    { name: "d", op: "Add", float: [[0, 0], [0]], quant: [[0, 1], [0]] },
  ]);
}
