import { ConfigError, UnsupportedError } from "../../errors.ts";
import type { ConversionRequest } from "../converter.ts";
import type { Program, Variable } from "./program.ts";

const OPTION = "-is/--input-shapes";
const shown = (dims: readonly number[]): string => dims.join(" ");

function mismatch({ name, dims }: Variable, given: readonly number[], what: string): ConfigError {
  return new ConfigError(
    `${OPTION} gives ${shown(given)} for input "${name}", and the model's is ${shown(dims ?? [])}: ${what}; only open dimensions (-1) can be filled, export the model anew for others`,
    { option: OPTION, value: name },
  );
}

/** The model's shape with its open dimensions filled. */
function filled(variable: Variable, given: readonly number[]): readonly number[] {
  const dims = variable.dims ?? [];
  if (dims.length !== given.length) throw mismatch(variable, given, "the number of dimensions differs");
  for (const [axis, dim] of dims.entries()) {
    const wanted = given[axis]!;
    if (!Number.isInteger(wanted) || (wanted < 1 && wanted !== -1)) {
      throw mismatch(variable, given, `dimension ${axis} must be a positive number, or -1`);
    }
    if (dim !== -1 && wanted !== dim) {
      throw mismatch(variable, given, `dimension ${axis} can't change from ${dim} to ${wanted}`);
    }
  }
  return given;
}

/** The inputs with the shapes that -is gives, in order. @throws ConfigError for shapes that do not fit; UnsupportedError for inputs that are no tensors. */
export function inputsOf(program: Program, { inputShapes }: ConversionRequest): Variable[] {
  const inputs = program.feeds.map((name) => {
    const variable = program.variables.get(name);
    if (variable?.dims && variable.dtype) return variable;
    throw new UnsupportedError(
      `input "${name}" of ${program.file} is no dense tensor of a known type; export the model with tensors as inputs`,
      { value: name, file: program.file },
    );
  });
  if (inputShapes.length > inputs.length) {
    const names = inputs.map(({ name, dims }) => `"${name}" (${shown(dims ?? [])})`).join(", ");
    throw new ConfigError(
      `${OPTION} gives ${inputShapes.length} shapes, and the inputs of ${program.file} are ${names}; give one shape each, in this order`,
      { option: OPTION },
    );
  }
  return inputs.map((input, i) =>
    inputShapes[i] ? { ...input, dims: filled(input, inputShapes[i]) } : input,
  );
}
