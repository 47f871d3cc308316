import type { Backend } from "../backend.ts";
import { InternalError } from "../errors.ts";
import type { Graph, Model } from "../graph/graph.ts";
import { verifyGraph } from "../graph/verify.ts";
import { specialize } from "../specialize/index.ts";
import { LAST_PASSES, PASSES } from "./index.ts";
import type { Pass } from "./pass.ts";

/** Far above what any model needs; a pair of passes that undo each other would never end. */
const MOST_ROUNDS = 100;

/** Runs the passes, in place, until none changes anything; the graph is verified after each change. Returns their notes, each once. */
export function runPasses(graph: Graph, passes: readonly Pass[] = Object.values(PASSES)): string[] {
  const notes = new Set<string>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let changed = false;
    for (const pass of passes) {
      const result = pass.run(graph);
      for (const note of result.notes) notes.add(note);
      if (!result.changed) continue;
      verifyGraph(graph);
      changed = true;
    }
    if (!changed) return [...notes];
  }
  throw new InternalError(
    `the passes do not come to rest after ${MOST_ROUNDS} rounds; please report this model`,
  );
}

/** The optimized float model at one batch size, by these passes or all of them. The given model is not touched. */
export async function optimize(
  model: Model,
  batch: number,
  backend: Backend,
  passes?: readonly Pass[],
): Promise<{ model: Model; notes: string[] }> {
  const specialized = await specialize(model, batch, backend);
  const { graph } = specialized;
  return { model: specialized, notes: [...runPasses(graph, passes), ...runPasses(graph, LAST_PASSES)] };
}
