import type { Feeds } from "../backend.ts";
import { DataError } from "../errors.ts";
import type { Graph, GraphValue } from "../graph/graph.ts";
import { elementCount, type Tensor } from "../tensor/tensor.ts";

/** Rows [from, to) of the first axis; a view where the dtype allows it. */
export function rows(t: Tensor, from: number, to: number): Tensor {
  const stride = elementCount(t.dims.slice(1));
  const data =
    t.dtype === "string"
      ? t.data.slice(from * stride, to * stride)
      : t.data.subarray(from * stride, to * stride);
  return { ...t, dims: [to - from, ...t.dims.slice(1)], data } as Tensor;
}

/** A copy that outlives the backend's next run. */
export function copyOf(t: Tensor): Tensor {
  return { ...t, data: t.data.slice() } as Tensor;
}

/** The tensors one after another along their first axis; of several scalars each is one row. */
export function joined(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (parts.length === 1) return first!;
  const rowsOf = (t: Tensor): number => t.dims[0] ?? 1;
  const dims = [parts.reduce((sum, part) => sum + rowsOf(part), 0), ...first!.dims.slice(1)];
  if (first!.dtype === "string")
    return { ...first!, dims, data: parts.flatMap((part) => part.data as string[]) };
  const data = new (first!.data.constructor as new (length: number) => Float32Array)(elementCount(dims));
  let at = 0;
  for (const part of parts) {
    data.set(part.data as Float32Array, at);
    at += part.data.length;
  }
  return { ...first!, dims, data } as Tensor;
}

function fed(feeds: Feeds, name: string): Tensor {
  const found = feeds.get(name);
  if (found) return found;
  const given = [...feeds.keys()].map((key) => `"${key}"`).join(", ") || "none";
  throw new DataError(`no data for the model's input "${name}"; inputs given: ${given}`, { value: name });
}

/** Whether the model takes `size` samples of this input at once: a scalar, or a first axis of another length, holds for all samples. */
function isBatched({ type, holdsForAll }: GraphValue, size: number): boolean {
  if (holdsForAll) return false;
  if (!type?.dims) return true;
  return type.dims.length > 0 && (typeof type.dims[0] !== "number" || type.dims[0] === size);
}

/**
 * Rows of the batch fed to a model of batch `size`: the first axis, the same for every input that has one. @throws DataError when an input is
 * missing or has another number of rows than the first.
 */
export function batchRows(feeds: Feeds, inputs: readonly GraphValue[], size: number): number {
  const batched = inputs.filter((input) => isBatched(input, size));
  const [first] = batched;
  const count = first ? (fed(feeds, first.name).dims[0] ?? 0) : 0;
  for (const { name } of batched) {
    const found = fed(feeds, name).dims[0] ?? 0;
    if (found !== count) {
      throw new DataError(
        `input "${name}" has ${found} rows, input "${first!.name}" has ${count}; feed the same number of samples to every input`,
        { value: name },
      );
    }
  }
  return count;
}

/**
 * Runs a batch of any size through a model of fixed batch `size`, chunk by chunk, and joins the outputs along their first axis. The last chunk
 * is filled by repeating its last row; what the model says of those repetitions is cut off where an output has the same number of rows for
 * every sample. `run`'s tensors need to live only until it is called again.
 */
export async function inChunks(
  feeds: Feeds,
  { inputs, outputs }: Pick<Graph, "inputs" | "outputs">,
  size: number,
  run: (chunk: Feeds) => Promise<ReadonlyMap<string, Tensor>>,
): Promise<Map<string, Tensor>> {
  const count = batchRows(feeds, inputs, size);
  const once = new Set(outputs.filter(({ holdsForAll }) => holdsForAll).map(({ name }) => name));
  const collected = new Map<string, Tensor[]>();
  for (let from = 0; from < count; from += size) {
    const to = Math.min(from + size, count);
    const part = (input: GraphValue): Tensor => {
      const whole = fed(feeds, input.name);
      return isBatched(input, size) ? fill(rows(whole, from, to), size) : whole;
    };
    const chunk = new Map(inputs.map((input) => [input.name, part(input)]));
    for (const [name, t] of await run(chunk)) {
      const parts = collected.get(name) ?? [];
      if (!once.has(name)) parts.push(copyOf(realRows(t, size, to - from)));
      else if (parts.length === 0) parts.push(copyOf(t));
      collected.set(name, parts);
    }
  }
  return new Map([...collected].map(([name, parts]) => [name, joined(parts)]));
}

/** The rows of an output that belong to the first `real` of a chunk's `size` samples; an output may have several rows a sample. */
export function realRows(t: Tensor, size: number, real: number): Tensor {
  const perSample = (t.dims[0] ?? 0) / size;
  return real < size && Number.isInteger(perSample) && t.dims.length > 0 ? rows(t, 0, perSample * real) : t;
}

/** `t` with its last row repeated up to `size` rows. */
export function fill(t: Tensor, size: number): Tensor {
  const missing = size - t.dims[0]!;
  if (missing === 0) return t;
  const last = rows(t, t.dims[0]! - 1, t.dims[0]!);
  return joined([t, ...new Array<Tensor>(missing).fill(last)]);
}
