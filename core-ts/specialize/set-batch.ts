import { UnsupportedError } from "../errors.ts";
import type { GraphValue, Model } from "../graph/graph.ts";

function dimsOf(input: GraphValue): readonly (number | string | null)[] {
  return input.type?.dims ?? [];
}

/** An input whose first dimension is left open. */
export function hasDynamicBatch(input: GraphValue): boolean {
  const dims = dimsOf(input);
  return dims.length > 0 && typeof dims[0] !== "number";
}

/** Whether the batch size is free: some input leaves its first dimension open. */
export function isDynamicBatch(model: Model): boolean {
  return model.graph.inputs.some(hasDynamicBatch);
}

function fixedDims(input: GraphValue, batch: number): number[] {
  return dimsOf(input).map((dim, axis) => {
    if (typeof dim === "number") return dim;
    if (axis === 0) return batch;
    throw new UnsupportedError(
      `input "${input.name}" leaves axis ${axis} open (${dim === null ? "unknown" : `"${dim}"`}); only the batch, axis 0, may be: export the model with a fixed size there`,
      { value: input.name },
    );
  });
}

/**
 * Gives the open first dimensions of the inputs the size `batch`, in place, and forgets every other shape, which execution tells.
 * @throws UnsupportedError for an input that leaves another axis open.
 */
export function setBatch(model: Model, batch: number): void {
  const { graph } = model;
  const isDynamic = isDynamicBatch(model);
  graph.types = new Map();
  graph.inputs = graph.inputs.map((input) => {
    const type = { dtype: input.type?.dtype ?? ("float32" as const), dims: fixedDims(input, batch) };
    graph.types.set(input.name, type);
    return isDynamic && !hasDynamicBatch(input) ? { ...input, type, holdsForAll: true } : { ...input, type };
  });
  graph.outputs = graph.outputs.map((output) => ({ ...output, type: null }));
}
