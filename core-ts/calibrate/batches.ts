import type { Feeds } from "../backend.ts";
import { DataError } from "../errors.ts";
import type { GraphValue } from "../graph/graph.ts";
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

function joinTwo(parts: readonly Tensor[], rowsWanted: number): Tensor {
  const [first] = parts;
  const dims = [rowsWanted, ...first!.dims.slice(1)];
  if (first!.dtype === "string")
    return { ...first!, dims, data: parts.flatMap((part) => part.data as string[]) };
  const data = new (first!.data.constructor as new (length: number) => Float32Array)(elementCount(dims));
  let at = 0;
  for (const part of parts) {
    const rest = (part.data as Float32Array).subarray(0, Math.min(part.data.length, data.length - at));
    data.set(rest, at);
    at += rest.length;
  }
  return { ...first!, dims, data } as Tensor;
}

/** Rows of the fed batch: the first axis of the first input. */
export function batchRows(feeds: Feeds, inputs: readonly GraphValue[]): number {
  const first = feeds.get(inputs[0]!.name)!;
  const count = first.dims[0] ?? 0;
  for (const { name } of inputs) {
    const found = feeds.get(name)!.dims[0] ?? 0;
    if (found !== count) {
      throw new DataError(
        `input "${name}" has ${found} rows, input "${inputs[0]!.name}" has ${count}; feed the same number of samples to every input`,
        { value: name },
      );
    }
  }
  return count;
}

/**
 * Runs a batch of any size through a model of fixed batch `size`, chunk by chunk, and joins the outputs along their first axis.
 * `run` gets each chunk and how many of its rows are real: the last chunk is filled by repeating its last row.
 */
export async function inChunks(
  feeds: Feeds,
  inputs: readonly GraphValue[],
  size: number,
  run: (chunk: Feeds) => Promise<ReadonlyMap<string, Tensor>>,
): Promise<Map<string, Tensor>> {
  const count = batchRows(feeds, inputs);
  const collected = new Map<string, Tensor[]>();
  for (let from = 0; from < count; from += size) {
    const to = Math.min(from + size, count);
    const chunk = new Map([...feeds].map(([name, t]) => [name, fill(rows(t, from, to), size)]));
    for (const [name, t] of await run(chunk)) {
      const parts = collected.get(name) ?? [];
      parts.push(copyOf(t));
      collected.set(name, parts);
    }
  }
  // An output may have several rows a sample (detections): its first axis grows in step with the batch.
  return new Map(
    [...collected].map(([name, parts]) => [name, joinTwo(parts, ((parts[0]!.dims[0] ?? 1) / size) * count)]),
  );
}

/** `t` with its last row repeated up to `size` rows. */
function fill(t: Tensor, size: number): Tensor {
  const missing = size - t.dims[0]!;
  if (missing === 0) return t;
  const last = rows(t, t.dims[0]! - 1, t.dims[0]!);
  return joinTwo([t, ...new Array<Tensor>(missing).fill(last)], size);
}
