import { ModelError, UnsupportedError } from "../../errors.ts";
import type { GraphValue, Model } from "../../graph/graph.ts";

function checkInput({ name, type }: GraphValue): void {
  if (type === null) {
    throw new UnsupportedError(
      `input "${name}" has no tensor type (it is a sequence, an optional, or its type is not stated); quantization takes float32 tensors: export the model with float32 inputs`,
      { value: name },
    );
  }
  if (type.dtype !== "float32") {
    throw new UnsupportedError(
      `input "${name}" is ${type.dtype}; quantization takes models whose inputs are all float32: export the model with float32 inputs`,
      { value: name },
    );
  }
  if (type.dims === null) {
    throw new UnsupportedError(
      `input "${name}" has no shape, not even a number of dimensions; export the model with input shapes (the batch may stay dynamic)`,
      { value: name },
    );
  }
}

/**
 * What a float model must have to be quantized: at least one input and one output, and inputs that are float32 tensors of known rank.
 * @throws ModelError, UnsupportedError that names the input and the type found.
 */
export function checkInputTypes(model: Model): void {
  const { inputs, outputs } = model.graph;
  if (inputs.length === 0) {
    throw new ModelError(
      "the model has no inputs, so no data can be run through it; export it with its inputs",
    );
  }
  if (outputs.length === 0) {
    throw new ModelError("the model has no outputs, so it computes nothing; export it with its outputs");
  }
  for (const input of inputs) checkInput(input);
}
