import { DataError, ModelError } from "../../../core-ts/errors.ts";
import type { Inference } from "../../../core-ts/evaluate/inference.ts";
import type { GraphValue } from "../../../core-ts/graph/graph.ts";
import { permuted } from "../../../core-ts/tensor/permute.ts";
import { type Tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";

/** Largest difference of an answer, relative to the largest answer, that a conversion may have (manual: beyond it, it has failed). */
export const CONVERSION_TOLERANCE = 1e-3;

type Edges = readonly GraphValue[];

/** Inputs and outputs that were recorded in the original framework. */
export interface Recorded {
  /** Whose answers they are: a file, or a framework. */
  readonly from: string;
  readonly arrays: ReadonlyMap<string, Tensor>;
  /** What to do when the converted model's answers are others. */
  readonly remedy: string;
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

/** Numbers of which neither is finite differ only where they are not the same. */
function distance(found: number, expected: number): number {
  return Object.is(found, expected) ? 0 : Math.abs(found - expected);
}

/** max|found - expected| / max|expected|, over one output; NaN, which is not small, where only one of the two is finite. */
export function relativeDifference(found: Tensor, expected: Tensor): number {
  const [a, b] = [toNumbers(found), toNumbers(expected)];
  let [largest, difference] = [0, 0];
  for (const [i, value] of b.entries()) {
    if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
    const off = distance(a[i]!, value);
    if (!Number.isFinite(off)) return Number.NaN;
    difference = Math.max(difference, off);
  }
  return largest === 0 ? difference : difference / largest;
}

/** What is fed to the model. @throws DataError for an array that is not there. */
function recordedFeeds({ inputs }: Inference, { arrays, from, toChw }: Recorded): Map<string, Tensor> {
  const feeds = new Map<string, Tensor>();
  for (const { name } of inputs) {
    const found = named(arrays, inputs, name, "x");
    if (!found) throw wanted(from, "input", inputs, arrays.keys());
    feeds.set(name, toChw && found.dims.length === 4 ? permuted(found, CHANNELS_FIRST) : found);
  }
  return feeds;
}

/** @throws ModelError for an answer that is too far off. */
function checkedDifference(name: string, answer: Tensor, expected: Tensor, recorded: Recorded): number {
  const failed = (how: string) =>
    new ModelError(`the conversion has failed: output "${name}" ${how}; ${recorded.remedy}`, { value: name });
  if (answer.data.length !== expected.data.length) {
    throw failed(`has shape ${answer.dims.join("x")}, and in ${recorded.from} ${expected.dims.join("x")}`);
  }
  const difference = relativeDifference(answer, expected);
  if (difference <= CONVERSION_TOLERANCE) return difference;
  throw failed(
    `is off by ${difference.toPrecision(3)} of the largest answer of ${recorded.from}, at most ${CONVERSION_TOLERANCE} is allowed`,
  );
}

/**
 * Runs the converted model, and compares its answers with the recorded ones.
 * @returns what was found, in words.
 * @throws ModelError when an answer is too far off; DataError for a reference that does not fit the model.
 */
export async function checkConversion(model: Inference, recorded: Recorded): Promise<string> {
  const answers = await model.forward(recordedFeeds(model, recorded));
  let largest = 0;
  for (const { name } of model.outputs) {
    const expected = named(recorded.arrays, model.outputs, name, "y");
    if (!expected) throw wanted(recorded.from, "output", model.outputs, recorded.arrays.keys());
    largest = Math.max(largest, checkedDifference(name, answers.get(name)!, expected, recorded));
  }
  return `its answers differ from those of ${recorded.from} by at most ${largest.toPrecision(2)} of the largest`;
}
