import { ConfigError } from "../../../../core-ts/errors.ts";
import { elementCount, type Tensor } from "../../../../core-ts/tensor/tensor.ts";
import type { DataInput } from "../data-files.ts";
import { inputTypeOf, normalizationIn } from "../input-config.ts";

const isInteger = ({ config }: DataInput): boolean => inputTypeOf(config) === "uint8";

/**
 * "quantize_input_dtype" of several inputs, once the model is known: the settings went by the order of the entries.
 * @throws ConfigError where they are in another order, or where an input behind the first wants its normalisation in the model.
 */
export function checkIntegers(inputs: readonly DataInput[]): void {
  if (!inputs.some(isInteger)) return;
  const names = inputs.map(({ name }) => `"${name}"`).join(", ");
  for (const [i, input] of inputs.entries()) {
    if (isInteger(input) !== (input.dtype === "uint8"))
      throw new ConfigError(
        `"quantize_input_dtype" of "input-configs" and what the quantized model takes differ at the input "${input.name}"; give one entry for each input in the model's order (${names}), and no -qid beside it`,
        { option: "-rc/--run-config", value: input.name },
      );
    if (i === 0 || !isInteger(input)) continue;
    const { mean, std } = normalizationIn(input.config);
    if (mean.some((one) => one !== 0) || std.some((one) => one !== 1))
      throw new ConfigError(
        `"input-configs" wants "mean" and "std" of the input "${input.name}" in the model, where only those of its first input (${names}) can be; leave "quantize_input_dtype" out there`,
        { option: "-rc/--run-config", value: input.name },
      );
  }
}

/** Whether the data are integers whose normalisation is in the quantized model, and this is the float one (-r infer), which has none. */
export function lacksNormalization(input: DataInput): boolean {
  return isInteger(input) && input.dtype === "float32" && !input.normalizes;
}

/** (x - mean) / std per channel, which are axis 1. @throws ConfigError where there are another number of them. */
export function normalized(t: Tensor, { config }: DataInput): Tensor {
  const { mean, std } = normalizationIn(config);
  const channels = t.dims[1] ?? 1;
  for (const [key, found] of [
    ["mean", mean],
    ["std", std],
  ] as const)
    if (found.length !== 1 && found.length !== channels)
      config.fail(key, `one number, or ${channels}, one a channel`);
  const pixels = elementCount(t.dims.slice(2));
  const source = t.data as ArrayLike<number>;
  const data = Float32Array.from({ length: source.length }, (_, i) => {
    const channel = Math.floor(i / pixels) % channels;
    return (
      (Number(source[i]) - mean[mean.length === 1 ? 0 : channel]!) / std[std.length === 1 ? 0 : channel]!
    );
  });
  return { dtype: "float32", dims: t.dims, data };
}
