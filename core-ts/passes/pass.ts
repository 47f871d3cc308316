import type { Graph } from "../graph/graph.ts";

export interface PassResult {
  readonly changed: boolean;
  /** What was done and what was refused, one sentence each. */
  readonly notes: readonly string[];
}

/** Graph → graph, in place: match, check everything, then mutate. The graph is specialised: shapes and constants are known. */
export interface Pass {
  readonly name: string;
  run(graph: Graph): PassResult;
}
