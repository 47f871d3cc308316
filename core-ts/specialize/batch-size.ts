import { ModelError, reasonOf } from "../errors.ts";

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
