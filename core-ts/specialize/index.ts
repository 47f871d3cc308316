import type { Backend, Feeds } from "../backend.ts";
import { copyOf } from "../calibrate/batches.ts";
import { openSession, withOutputs } from "../calibrate/calibrate.ts";
import { cloneModel } from "../graph/clone.ts";
import type { Model } from "../graph/graph.ts";
import { elementCount, type Tensor, tensor } from "../tensor/tensor.ts";
import { type BatchSize, doesNotRun } from "./batch-size.ts";
import { type Dependence, dependence } from "./dependence.ts";
import { foreignOp } from "./foreign-op.ts";
import { isDynamicBatch, setBatch } from "./set-batch.ts";
import { settleBranches } from "./settle-branches.ts";
import { takeStatedShapes } from "./stated-shapes.ts";

export { checkSamplesStayApart } from "./samples-apart.ts";
export { hasDynamicBatch, isDynamicBatch } from "./set-batch.ts";

/** Ops whose outputs are no tensors, so that no session can hand them out. */
const NOT_TENSORS = new Set([
  "Optional",
  "SequenceConstruct",
  "SequenceEmpty",
  "SequenceErase",
  "SequenceInsert",
  "SequenceMap",
  "SplitToSequence",
  "ZipMap",
]);

function visibleValues(model: Model): string[] {
  const nodes = model.graph.nodes.filter((node) => !NOT_TENSORS.has(node.op));
  return nodes.flatMap((node) => node.outputs.filter((name) => name !== ""));
}

/** Ones: no division by zero, and any other number would do as well. */
function probe(model: Model): Feeds {
  return new Map(
    model.graph.inputs.map(({ name, type }) => {
      const dims = type!.dims as readonly number[];
      return [name, tensor("float32", dims, new Float32Array(elementCount(dims)).fill(1))];
    }),
  );
}

/** Runs the model on ones, with these values as outputs too. */
async function execute(
  model: Model,
  run: { readonly batch: BatchSize; readonly backend: Backend },
  values: readonly string[] = visibleValues(model),
): Promise<Map<string, Tensor>> {
  const { batch, backend } = run;
  const seen = { ...model, graph: withOutputs(model.graph, values) };
  const session = await openSession(backend, seen, "the float model").catch((cause: unknown) => {
    throw foreignOp(model.graph, cause) ?? cause;
  });
  try {
    const results = await session.run(probe(model));
    return new Map([...results].map(([name, t]) => [name, copyOf(t)]));
  } catch (cause) {
    throw doesNotRun(batch, cause);
  } finally {
    await session.release();
  }
}

/** What execution told: true shapes for all, content for what depends on no data. */
function record(model: Model, results: ReadonlyMap<string, Tensor>, depends: Dependence): void {
  const { graph } = model;
  for (const [name, t] of results) {
    const dims = depends.shape.has(name) ? null : t.dims;
    graph.types.set(name, { dtype: t.dtype, dims });
  }
  const varies = dependence(
    graph,
    graph.inputs.filter((input) => !input.holdsForAll),
  ).content;
  const isKnown = (name: string) => name === "" || (results.has(name) && !depends.content.has(name));
  graph.nodes = graph.nodes.filter((node) => {
    if (!node.outputs.every(isKnown)) return true;
    for (const name of node.outputs) if (name !== "") graph.initializers.set(name, results.get(name)!);
    return false;
  });
  graph.outputs = graph.outputs.map(({ name }) => {
    const type = graph.types.get(name) ?? null;
    return varies.has(name) ? { name, type } : { name, type, holdsForAll: true };
  });
}

/**
 * The model at one batch size, static: runs it once with every value visible, which tells the true shape of each, and turns what
 * depends on no input (Shape → Gather → Concat chains, weights computed by nodes) into initializers. A host without a runtime takes the shapes that the file states.
 * Before that, an If that no input decides gives way to its branch.
 * @throws ModelError when it does not run at this batch size; UnsupportedError when another axis is open.
 */
export async function specialize(model: Model, batch: number, backend: Backend): Promise<Model> {
  const copy = cloneModel(model);
  setBatch(copy, batch);
  if (backend.unavailable !== undefined) {
    takeStatedShapes(copy, model.graph.types, backend.unavailable);
    return copy;
  }
  const run = { batch: isDynamicBatch(model) ? batch : undefined, backend };
  await settleBranches(copy, (part, values) => execute(part, run, values));
  record(copy, await execute(copy, run), dependence(copy.graph));
  return copy;
}
