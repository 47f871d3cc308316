import type { Feeds } from "../backend.ts";
import { ConfigError, DataError } from "../errors.ts";
import type { GraphValue } from "../graph/graph.ts";
import { intType } from "../quantize/scale.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Types of data that a quantized model may take instead of float32 (-qid): whole numbers as they are, scale 1. */
export const INTEGER_INPUTS = ["int8", "uint8", "int16"] as const;
export type IntegerInput = (typeof INTEGER_INPUTS)[number];

/** What -qid takes; float32 and None leave an input as it is. */
export const INPUT_TYPES = ["float32", ...INTEGER_INPUTS, "None"] as const;
export type InputType = (typeof INPUT_TYPES)[number];

/** The inputs that take integers, by name. */
export type IntegerInputs = ReadonlyMap<string, IntegerInput>;

function isInteger(type: InputType): type is IntegerInput {
  return type !== "float32" && type !== "None";
}

/** -qid, one value for all inputs or one per input, in their order. @throws ConfigError that names the inputs when the count is another. */
export function integerInputs(inputs: readonly GraphValue[], given: readonly InputType[]): IntegerInputs {
  if (given.length > 1 && given.length !== inputs.length) {
    const names = inputs.map(({ name }) => `"${name}"`).join(", ");
    throw new ConfigError(
      `-qid/--quantize-input-dtype has ${given.length} values, the model has ${inputs.length} ${inputs.length === 1 ? "input" : "inputs"} (${names}); give one value, or one for each input in this order`,
      { option: "-qid/--quantize-input-dtype" },
    );
  }
  const found = new Map<string, IntegerInput>();
  for (const [i, { name }] of inputs.entries()) {
    const type = given[given.length === 1 ? 0 : i];
    if (type !== undefined && isInteger(type)) found.set(name, type);
  }
  return found;
}

/** Width, sign and limits of the integers such an input takes. */
export function inputIntType(type: IntegerInput) {
  return intType(type === "int16" ? 16 : 8, type !== "uint8");
}

/** Types in which data for such an input may come. */
export const DATA_TYPES: readonly string[] = [...INTEGER_INPUTS, "float32"];

function checkWhole(t: Tensor, name: string, type: IntegerInput): void {
  if (!DATA_TYPES.includes(t.dtype)) {
    throw new DataError(
      `input "${name}" is ${t.dtype}; with -qid ${type} feed uint8, int8, int16, or float32 that holds whole numbers`,
      { value: name },
    );
  }
  const { qmin, qmax } = inputIntType(type);
  const data = t.data as Float32Array;
  const at = data.findIndex((v) => !(v >= qmin && v <= qmax && Number.isInteger(v)));
  if (at < 0) return;
  throw new DataError(
    `input "${name}" holds ${data[at]} at element ${at}; with -qid ${type} the data are whole numbers from ${qmin} to ${qmax}: feed them as they are (--mean and --std put the normalisation into the model), or leave -qid out`,
    { value: name },
  );
}

const ARRAYS = { int8: Int8Array, uint8: Uint8Array, int16: Int16Array, float32: Float32Array } as const;

function converted(t: Tensor, to: keyof typeof ARRAYS): Tensor {
  if (t.dtype === to) return t;
  return { dtype: to, dims: t.dims, data: ARRAYS[to].from(t.data as Float32Array) } as Tensor;
}

function withTypes(feeds: Feeds, types: IntegerInputs, asFloat: boolean): Feeds {
  if (types.size === 0) return feeds;
  return new Map(
    [...feeds].map(([name, t]) => {
      const type = types.get(name);
      if (type === undefined) return [name, t];
      checkWhole(t, name, type);
      return [name, converted(t, asFloat ? "float32" : type)];
    }),
  );
}

/** The data as the quantized model takes them. @throws DataError naming input and element for what is no whole number of the type. */
export function integerFeeds(feeds: Feeds, types: IntegerInputs): Feeds {
  return withTypes(feeds, types, false);
}

/** The same data as the float model takes them. @throws DataError as integerFeeds. */
export function floatFeeds(feeds: Feeds, types: IntegerInputs): Feeds {
  return withTypes(feeds, types, true);
}
