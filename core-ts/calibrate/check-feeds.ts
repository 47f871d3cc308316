import type { Feeds } from "../backend.ts";
import { DataError } from "../errors.ts";
import type { GraphValue } from "../graph/graph.ts";

/**
 * What a runtime would refuse in words of its own: data of another type or shape than the static inputs of the model have.
 * @throws DataError naming the input.
 */
export function checkFeeds(feeds: Feeds, inputs: readonly GraphValue[]): void {
  for (const { name, type } of inputs) {
    const t = feeds.get(name);
    if (!t || !type?.dims) continue;
    const text = (dims: readonly unknown[]) => `[${dims.join(", ")}]`;
    if (t.dtype !== type.dtype)
      throw new DataError(`input "${name}" is ${t.dtype}, the model takes ${type.dtype}; convert the data`, {
        value: name,
      });
    if (text(t.dims) !== text(type.dims))
      throw new DataError(
        `input "${name}" has shape ${text(t.dims)}, the model takes ${text(type.dims)}; prepare the data as the model was trained`,
        { value: name },
      );
  }
}
