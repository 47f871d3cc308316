import { ConfigError } from "../errors.ts";
import type { GraphValue } from "../graph/graph.ts";
import {
  INTEGER_INPUTS,
  type InputType,
  type IntegerInput,
  type IntegerInputs,
  integerInputs,
} from "./input-types.ts";

const OPTION = "-qid/--quantize-input-dtype";

function isIntegerInput(dtype: string | undefined): dtype is IntegerInput {
  return INTEGER_INPUTS.some((type) => type === dtype);
}

/** @throws ConfigError when -qid says something else than the quantized model's inputs are. None says nothing. */
function checkAgreement(inputs: readonly GraphValue[], given: readonly InputType[]): void {
  integerInputs(inputs, given);
  for (const [i, { name, type }] of inputs.entries()) {
    const said = given[given.length === 1 ? 0 : i];
    const is = type?.dtype ?? "float32";
    if (said === undefined || said === "None" || said === is) continue;
    const all = inputs.map((input) => input.type?.dtype ?? "float32").join(" ");
    throw new ConfigError(
      `${OPTION} says ${said} for input "${name}", but the model was quantized for ${is}; give -qid ${all}, or leave -qid out`,
      { option: OPTION, value: name },
    );
  }
}

/**
 * The inputs that are fed integers in infer mode: those of a quantized model that take them, and of a float model those that -qid names,
 * whose data are then made float32. @throws ConfigError when -qid contradicts a quantized model, or has another count than there are inputs.
 */
export function inferenceInputs(
  inputs: readonly GraphValue[],
  quantized: boolean,
  given: readonly InputType[],
): IntegerInputs {
  if (!quantized) return integerInputs(inputs, given);
  checkAgreement(inputs, given);
  const found = inputs.flatMap(({ name, type }) =>
    isIntegerInput(type?.dtype) ? [[name, type.dtype] as const] : [],
  );
  return new Map(found);
}
