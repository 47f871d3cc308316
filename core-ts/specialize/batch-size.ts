import { ModelError, reasonOf } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";

/** The batch size a model was specialised to; undefined where its shapes are fixed. */
export type BatchSize = number | undefined;

/** Most often a Reshape names the batch size that the model was exported with. */
function remedy(batch: BatchSize): string {
  if (batch === undefined) return "check that it runs in ONNX Runtime, or export it again";
  return batch === 1
    ? "calibration takes one sample at a time: where a Reshape has another batch size in it, export the model with that size as its fixed batch, or so that it takes any"
    : "give -ib 1, or export the model so that it takes any batch: most often a Reshape has the batch size in it";
}

/** For a model that the runtime loads but can't run. */
export function doesNotRun(batch: BatchSize, cause: unknown): ModelError {
  const reason = reasonOf(cause).replace(/\s+/g, " ").trim();
  const at = batch === undefined ? "" : ` at batch size ${batch}`;
  return new ModelError(`the float model does not run${at}: ${reason}; ${remedy(batch)}`, { cause });
}

/**
 * Samples that stay apart in a model change nothing but the first axis of its outputs.
 * @throws ModelError naming an output that has another shape for each sample at batch `size` than alone.
 */
export function checkSamplesStayApart(alone: Graph, together: Graph, size: number): void {
  for (const { name, type, holdsForAll } of together.outputs) {
    const [one, many] = [alone.outputs.find((output) => output.name === name)?.type?.dims, type?.dims];
    if (!one || !many || holdsForAll || one.slice(1).join() === many.slice(1).join()) continue;
    throw new ModelError(
      `output "${name}" has shape [${one.join(", ")}] at batch size 1 and [${many.join(", ")}] at ${size}: the model does not keep the samples of a batch apart, for instance by a Reshape to [1, -1]; give -ib 1, or export the model so that it takes any batch`,
      { value: name },
    );
  }
}
