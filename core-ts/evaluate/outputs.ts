import type { OutputForm, ScaleEntry } from "../quantize/quantized.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";

/** Real numbers of an output that holds integers as float32; anything else as it is. */
export function realOutput(t: Tensor, form: OutputForm | undefined, scale: ScaleEntry | undefined): Tensor {
  if (form !== "integer" || !scale || t.dtype !== "float32") return t;
  return tensor(
    "float32",
    t.dims,
    t.data.map((q) => q * scale.scale),
  );
}

/** All outputs in real units. */
export function realOutputs(
  outputs: ReadonlyMap<string, Tensor>,
  forms: ReadonlyMap<string, OutputForm>,
  scales: ReadonlyMap<string, ScaleEntry>,
): Map<string, Tensor> {
  return new Map([...outputs].map(([name, t]) => [name, realOutput(t, forms.get(name), scales.get(name))]));
}
