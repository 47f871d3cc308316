import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Feeds } from "../../../../core-ts/backend.ts";
import { openInference } from "../../../../core-ts/evaluate/inference.ts";
import { fromTensorflow } from "../../../../core-ts/frontends/tensorflow/index.ts";
import type { Model } from "../../../../core-ts/graph/graph.ts";
import { byteLength, fromBytes } from "../../../../core-ts/onnx/tensor-data.ts";
import { writeModel } from "../../../../core-ts/onnx/write.ts";
import { permuted } from "../../../../core-ts/tensor/permute.ts";
import { elementCount, type Tensor, toNumbers } from "../../../../core-ts/tensor/tensor.ts";
import { nodeBackend } from "../../../support/backends.ts";

const FIXTURES = fileURLToPath(new URL("../../../fixtures/tensorflow/", import.meta.url));

/** A graph, what it was run on and what it answered, as make.py recorded them. */
export interface Case {
  readonly name: string;
  readonly graph: Uint8Array;
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly outputs: ReadonlyMap<string, Tensor>;
  readonly toChw: boolean;
  /** Where the original rounds more coarsely than float32. */
  readonly tolerance: number | undefined;
}

interface Flags {
  readonly toChw?: boolean;
  readonly tolerance?: number;
}

function flagsOf(bytes: Tensor | undefined): Flags {
  return bytes ? (JSON.parse(new TextDecoder().decode(Uint8Array.from(toNumbers(bytes)))) as Flags) : {};
}

const DTYPES = { float32: "float32", int32: "int32", int64: "int64", uint8: "uint8", bool: "bool" } as const;

type Entry = readonly [name: string, dtype: keyof typeof DTYPES, dims: readonly number[], offset: number];

/** The arrays of a file as make.py packs them: a directory, then the data. */
function readPack(file: string): Map<string, Tensor> {
  const bytes = new Uint8Array(gunzipSync(readFileSync(FIXTURES + file)));
  const start = 4 + new DataView(bytes.buffer).getUint32(0, true);
  const directory = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start))) as Entry[];
  return new Map(
    directory.map(([name, dtype, dims, offset]) => {
      const size = byteLength(DTYPES[dtype], elementCount(dims));
      return [name, fromBytes(DTYPES[dtype], dims, bytes.subarray(start + offset, start + offset + size))];
    }),
  );
}

/** The cases of a file of test/fixtures/tensorflow. */
export function readCases(file: string): Case[] {
  const arrays = readPack(file);
  const parts = (name: string, kind: string) =>
    new Map(
      [...arrays].flatMap(([key, value]) =>
        key.startsWith(`${name}/${kind}:`)
          ? [[key.slice(name.length + kind.length + 2), value] as const]
          : [],
      ),
    );
  const names = [...arrays.keys()].filter((key) => key.endsWith("/graph")).map((key) => key.slice(0, -6));
  return names.map((name) => {
    const { toChw = false, tolerance } = flagsOf(arrays.get(`${name}/flags`));
    const graph = arrays.get(`${name}/graph`)!.data as Uint8Array;
    return { name, graph, inputs: parts(name, "in"), outputs: parts(name, "out"), toChw, tolerance };
  });
}

export function convertCase({ name, graph, inputs, outputs, toChw }: Case): Promise<Model> {
  return fromTensorflow({
    model: { name: `${name}.pb`, bytes: graph },
    startNames: [...inputs.keys()],
    endNames: [...outputs.keys()],
    toChw,
    inputShapes: [],
    beside: async () => undefined,
  });
}

const ONNX_IMAGE = [0, 3, 1, 2];

export async function runCase(model: Model, { inputs, toChw }: Case): Promise<ReadonlyMap<string, Tensor>> {
  const session = await openInference(writeModel(model), nodeBackend());
  try {
    const feeds: Feeds = new Map(
      [...inputs].map(([name, value]) => [
        name,
        toChw && value.dims.length === 4 ? permuted(value, ONNX_IMAGE) : value,
      ]),
    );
    return await session.forward(feeds);
  } finally {
    await session.stop();
  }
}
