import type { Backend, Feeds } from "../backend.ts";
import { inChunks } from "../calibrate/batches.ts";
import { openSession } from "../calibrate/calibrate.ts";
import { ModelError } from "../errors.ts";
import type { Graph, Model } from "../graph/graph.ts";
import { elementCount, type Tensor, tensor } from "../tensor/tensor.ts";
import { xorshift32 } from "../xorshift.ts";

/** Sums in another order differ by parts in a million of the largest answer; samples that are mixed up differ by much of it. */
const TOLERANCE = 1e-2;
const SEED = 2463534242;

function refuse(name: string, what: string): never {
  throw new ModelError(
    `output "${name}" ${what}: the model does not keep the samples of a batch apart, for instance by a Reshape to [1, -1]; give -ib 1, or export the model so that it takes any batch`,
    { value: name },
  );
}

function checkShapes(alone: Graph, together: Graph, size: number): void {
  for (const { name, type, holdsForAll } of together.outputs) {
    const [one, many] = [alone.outputs.find((output) => output.name === name)?.type?.dims, type?.dims];
    if (!one || !many || holdsForAll || one.slice(1).join() === many.slice(1).join()) continue;
    refuse(name, `has shape [${one.join(", ")}] at batch size 1 and [${many.join(", ")}] at ${size}`);
  }
}

/** Uniform numbers in (-1, 1), another row for every sample. */
function noise({ inputs }: Graph): Feeds {
  const next = xorshift32(SEED);
  return new Map(
    inputs.map(({ name, type }) => {
      const dims = type!.dims as readonly number[];
      const data = Float32Array.from({ length: elementCount(dims) }, () => next() / 0x8000_0000 - 1);
      return [name, tensor("float32", dims, data)];
    }),
  );
}

function isFar(found: Tensor, expected: Tensor): boolean {
  if (found.dtype !== "float32" || expected.dtype !== "float32") return false;
  const largest = expected.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return expected.data.some((x, i) => Math.abs(x - found.data[i]!) > TOLERANCE * largest);
}

/**
 * Samples that stay apart in a model answer in a batch what each answers alone: shapes are compared, then the answers to noise.
 * @throws ModelError naming an output that is another one at batch `size`.
 */
export async function checkSamplesStayApart(
  alone: Model,
  together: Model,
  size: number,
  backend: Backend,
): Promise<void> {
  checkShapes(alone.graph, together.graph, size);
  if (backend.unavailable !== undefined) return;
  const feeds = noise(together.graph);
  const single = await openSession(backend, alone, "the float model");
  const whole = await openSession(backend, together, "the float model");
  try {
    const expected = await inChunks(feeds, alone.graph, 1, (chunk) => single.run(chunk));
    const found = await whole.run(feeds);
    for (const { name, holdsForAll } of together.graph.outputs) {
      if (!holdsForAll && isFar(found.get(name)!, expected.get(name)!))
        refuse(name, `answers a batch of ${size} otherwise than its samples alone`);
    }
  } finally {
    await Promise.all([single.release(), whole.release()]);
  }
}
