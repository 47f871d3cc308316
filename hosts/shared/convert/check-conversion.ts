import type { Feeds } from "../../../core-ts/backend.ts";
import { DataError, ModelError } from "../../../core-ts/errors.ts";
import { openInference } from "../../../core-ts/evaluate/inference.ts";
import type { PipelineHost } from "../../../core-ts/pipeline.ts";
import { permuted } from "../../../core-ts/tensor/permute.ts";
import { elementCount, type Tensor, tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { normal, seededUniform } from "../infer/random.ts";
import { readNpz } from "../npy/npz.ts";

/** Largest difference of an answer, relative to the largest answer, that a conversion may have (manual: beyond it, it has failed). */
export const CONVERSION_TOLERANCE = 1e-3;
const SEED = 20240501;

type Edges = readonly {
  readonly name: string;
  readonly type: { readonly dtype: string; readonly dims: readonly unknown[] | null } | null;
}[];

/** Inputs and outputs that were recorded in the original framework. */
export interface Recorded {
  readonly file: string;
  readonly bytes: Uint8Array;
  /** Images were recorded as NHWC, and the model takes NCHW. */
  readonly toChw: boolean;
}

/** From NHWC to NCHW. */
const CHANNELS_FIRST = [0, 3, 1, 2];

/** The array of a name; of the only input also "x", of the only output also "y". */
function named(
  arrays: ReadonlyMap<string, Tensor>,
  edges: Edges,
  name: string,
  short: string,
): Tensor | undefined {
  return arrays.get(name) ?? (edges.length === 1 ? arrays.get(short) : undefined);
}

function wanted(file: string, kind: string, edges: Edges, found: Iterable<string>): DataError {
  const names = edges.map(({ name }) => `"${name}"`).join(", ");
  return new DataError(
    `${file} lacks an array for the ${kind}s of the model (${names}), its arrays are ${[...found].join(", ")}; name them so, or x and y where there is one of each`,
    { file },
  );
}

/** max|found - expected| / max|expected|, over one output. */
export function relativeDifference(found: Tensor, expected: Tensor): number {
  const [a, b] = [toNumbers(found), toNumbers(expected)];
  let [largest, difference] = [0, 0];
  for (const [i, value] of b.entries()) {
    largest = Math.max(largest, Math.abs(value));
    const off = Math.abs(a[i]! - value);
    // NaN must not pass for small.
    if (!(off <= difference)) difference = off;
  }
  return largest === 0 ? difference : difference / largest;
}

/** Ones behind the batch where a dimension is open. */
function randomFeeds(inputs: Edges): Feeds {
  const uniform = seededUniform(SEED);
  return new Map(
    inputs.map(({ name, type }) => {
      const dims = (type?.dims ?? []).map((dim) => (typeof dim === "number" ? dim : 1));
      const count = elementCount(dims);
      const data = Float32Array.from({ length: count }, () => normal(uniform));
      const t: Tensor =
        type?.dtype === "int64"
          ? tensor(
              "int64",
              dims,
              BigInt64Array.from(data, (v) => BigInt(Math.trunc(Math.abs(v)))),
            )
          : type?.dtype === "int32"
            ? tensor("int32", dims, Int32Array.from(data, Math.abs))
            : tensor("float32", dims, data);
      return [name, t];
    }),
  );
}

/**
 * Loads the converted model, runs it, and compares its answers with the recorded ones.
 * @returns what was checked, in words.
 * @throws ModelError when it does not run, or when an answer is too far off; DataError for a reference that does not fit the model.
 */
export async function checkConversion(
  bytes: Uint8Array,
  host: PipelineHost,
  recorded: Recorded | undefined,
): Promise<string> {
  const model = await openInference(bytes, host.backend);
  try {
    if (!recorded) {
      await model.forward(randomFeeds(model.inputs));
      return "it loads and runs; its answers were not compared, which --reference FILE.npz does";
    }
    const arrays = readNpz(recorded.bytes, recorded.file);
    const feeds = new Map<string, Tensor>();
    for (const { name } of model.inputs) {
      const found = named(arrays, model.inputs, name, "x");
      if (!found) throw wanted(recorded.file, "input", model.inputs, arrays.keys());
      feeds.set(name, recorded.toChw && found.dims.length === 4 ? permuted(found, CHANNELS_FIRST) : found);
    }
    const answers = await model.forward(feeds);
    let largest = 0;
    for (const { name } of model.outputs) {
      const expected = named(arrays, model.outputs, name, "y");
      if (!expected) throw wanted(recorded.file, "output", model.outputs, arrays.keys());
      const difference = relativeDifference(answers.get(name)!, expected);
      if (!(difference <= CONVERSION_TOLERANCE)) {
        throw new ModelError(
          `the conversion has failed: output "${name}" is off by ${difference.toPrecision(3)} of the largest answer of ${recorded.file}, at most ${CONVERSION_TOLERANCE} is allowed; check that the file was recorded from this model`,
          { value: name },
        );
      }
      largest = Math.max(largest, difference);
    }
    return `its answers differ from ${recorded.file} by at most ${largest.toPrecision(2)} of the largest`;
  } finally {
    await model.stop();
  }
}
