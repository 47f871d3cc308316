/** Where the rounding of values goes: who reads each value that has a scale of its own. */
import { nodeUses } from "../graph/edit.ts";
import type { Graph } from "../graph/graph.ts";
import { opRecord } from "../ops/index.ts";
import type { NodePlan, QuantPlan } from "../plan/plan.ts";
import { type IntegerNode, isQuantized } from "./nodes.ts";

/** One way out of a value. */
export interface Use {
  /** The integer node that takes the value as an operand; undefined for all other readers together: float ops, subgraphs, model outputs. */
  readonly through: string | undefined;
  /** Quantized nodes that get it so, also behind ops that hand integers on; undefined stands for a reader that no mix reaches. */
  readonly readers: readonly (string | undefined)[];
}

/** A value with a scale of its own. */
export interface Source {
  readonly value: string;
  /** The quantized node that makes it; undefined for values at the border to float, as model inputs are. */
  readonly maker: IntegerNode | undefined;
  readonly uses: readonly Use[];
}

type Reader = Exclude<NodePlan, { kind: "absorbed" }>;

class Readers {
  readonly #readers = new Map<string, Reader[]>();
  readonly #outputs: ReadonlySet<string>;

  constructor(plan: QuantPlan, graph: Graph) {
    this.#outputs = new Set(graph.outputs.map(({ name }) => name));
    for (const entry of plan.nodes) {
      if (entry.kind === "absorbed") continue;
      for (const name of new Set(nodeUses(entry.node)))
        this.#readers.set(name, [...(this.#readers.get(name) ?? []), entry]);
    }
  }

  #isOperand(entry: Reader, value: string): entry is IntegerNode {
    if (entry.kind !== "integer") return false;
    const positions = opRecord(entry.node.op, entry.node.domain)?.operands(entry.node) ?? [0];
    return positions.some((i) => entry.node.inputs[i] === value);
  }

  #behind(entry: IntegerNode): (string | undefined)[] {
    if (isQuantized(entry)) return [entry.node.name];
    const found = entry.outputs.flatMap((value) => this.uses(value).flatMap(({ readers }) => readers));
    return found.length > 0 ? found : [undefined];
  }

  uses(value: string): Use[] {
    const readers = this.#readers.get(value) ?? [];
    const operands = readers.filter((entry) => this.#isOperand(entry, value)) as IntegerNode[];
    const uses: Use[] = operands.map((entry) => ({
      through: entry.node.name,
      readers: this.#behind(entry),
    }));
    const others = operands.length < readers.length || this.#outputs.has(value);
    return others ? [...uses, { through: undefined, readers: [undefined] }] : uses;
  }
}

/** The values with scales of their own, those of the border first, then in topological order; `graph` is the float graph of the plan. */
export function sources(plan: QuantPlan, graph: Graph): Source[] {
  const readers = new Readers(plan, graph);
  const makers = new Map<string, IntegerNode>();
  for (const entry of plan.nodes)
    if (entry.kind === "integer") for (const value of entry.outputs) makers.set(value, entry);
  const found = [...plan.values].flatMap(([value, own]): Source[] =>
    own.kind === "own" ? [{ value, maker: makers.get(value), uses: readers.uses(value) }] : [],
  );
  return [...found.filter(({ maker }) => !maker), ...found.filter(({ maker }) => maker)];
}
