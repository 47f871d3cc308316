import type { Tensor } from "../../../../core-ts/tensor/tensor.ts";

/** "[1, 255, 80, 80], [1, 255, 40, 40]", for messages. */
export function shapesOf(outputs: readonly Tensor[]): string {
  return outputs.map(({ dims }) => `[${dims.join(", ")}]`).join(", ");
}
