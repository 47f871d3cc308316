import type { BitWidth } from "../chips/index.ts";
import type { Graph } from "../graph/graph.ts";
import type { PlanView } from "../ops/record.ts";

/** Read-only questions about a specialised graph. */
export function planView(graph: Graph, bits: BitWidth): PlanView {
  return {
    graph,
    bits,
    constant: (value) => graph.initializers.get(value),
    dtype: (value) => graph.initializers.get(value)?.dtype ?? graph.types.get(value)?.dtype,
    dims(value) {
      const dims = graph.initializers.get(value)?.dims ?? graph.types.get(value)?.dims;
      return dims?.every((dim): dim is number => typeof dim === "number")
        ? (dims as readonly number[])
        : undefined;
    },
  };
}
