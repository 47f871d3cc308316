import { nodeUses } from "../graph/edit.ts";
import type { Graph } from "../graph/graph.ts";
import { opRecord } from "../ops/index.ts";
import type { OpRecord } from "../ops/record.ts";
import { type NodePlan, type QuantPlan, scaleOwner, type ValuePlan } from "./plan.ts";

type IntegerNode = Extract<NodePlan, { kind: "integer" }>;

/** Largest magnitude a value's scale holds, by the value that owns the scale. */
export type Thresholds = ReadonlyMap<string, { readonly threshold: number }>;

/** Steps on each side of 0 that a joined value must keep; 8 bit: ranges up to 8 times apart. */
const KEPT_STEPS = 16;

/** An operand that arrives on a scale far too coarse for it. */
interface Lost {
  readonly value: string;
  /** How many times larger the range of the result is. */
  readonly ratio: number;
}

const recordOf = ({ node }: IntegerNode): OpRecord => opRecord(node.op, node.domain)!;
const whole = (ratio: number): string => (ratio >= 10 ? Math.round(ratio).toString() : ratio.toPrecision(2));

/** Largest magnitude of a value that joins others as it is. A constant that is added is no branch: what is lost of it is less than half a step. */
function reachOf(
  plan: QuantPlan,
  graph: Graph,
  thresholds: Thresholds,
): (value: string, record: OpRecord) => number {
  return (value, record) => {
    const constant = graph.initializers.get(value);
    if (!constant) return thresholds.get(scaleOwner(plan, value) ?? "")?.threshold ?? 0;
    // -uis asks for one scale wherever values are joined.
    if (record.joins !== "values" || constant.dtype !== "float32" || plan.unified) return 0;
    return constant.data.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  };
}

/** The operand of the smallest range, if the result's scale leaves it fewer than KEPT_STEPS steps; zeros lose nothing. */
function lostOperand(entry: IntegerNode, reach: ReturnType<typeof reachOf>): Lost | undefined {
  const record = recordOf(entry);
  const result = reach(entry.outputs[0]!, record);
  const operands = record
    .operands(entry.node)
    .map((i) => entry.node.inputs[i]!)
    .flatMap((value) => {
      const largest = reach(value, record);
      return largest === 0 ? [] : [{ value, ratio: result / largest }];
    });
  const lost = operands.sort((a, b) => b.ratio - a.ratio)[0];
  const steps = entry.bits === 8 ? 128 : 32768;
  return lost && steps / lost.ratio < KEPT_STEPS ? lost : undefined;
}

/** Whether nothing computes with a value any more: only float ops, ops that move it and model outputs read it. */
class Heads {
  readonly #readers = new Map<string, NodePlan[]>();
  readonly #outputs: ReadonlySet<string>;

  constructor(plan: QuantPlan, graph: Graph) {
    this.#outputs = new Set(graph.outputs.map(({ name }) => name));
    for (const entry of plan.nodes) {
      for (const name of new Set(nodeUses(entry.node)))
        this.#readers.set(name, [...(this.#readers.get(name) ?? []), entry]);
    }
  }

  /** The nodes behind a value, all of which only move it; undefined when one computes. */
  movers(value: string): IntegerNode[] | undefined {
    const found: IntegerNode[] = [];
    for (const reader of this.#readers.get(value) ?? []) {
      if (reader.kind === "float") continue;
      if (reader.kind === "absorbed" || !recordOf(reader).onlyMoves) return undefined;
      const behind = reader.outputs.map((output) => this.movers(output));
      if (behind.includes(undefined)) return undefined;
      found.push(reader, ...behind.flatMap((nodes) => nodes ?? []));
    }
    return found;
  }

  isHead(value: string): boolean {
    const isRead = this.#outputs.has(value) || (this.#readers.get(value) ?? []).length > 0;
    return isRead && this.movers(value) !== undefined;
  }
}

/** The plan with these nodes in float. */
function keepFloat(plan: QuantPlan, reasons: ReadonlyMap<IntegerNode, string>): QuantPlan {
  const values = new Map<string, ValuePlan>(plan.values);
  const nodes = plan.nodes.map((entry): NodePlan => {
    const because = entry.kind === "integer" ? reasons.get(entry) : undefined;
    if (because === undefined) return entry;
    for (const value of (entry as IntegerNode).outputs) values.set(value, { kind: "float", because });
    return { kind: "float", node: entry.node, because };
  });
  return { ...plan, nodes, values };
}

/**
 * Looks at every op that joins values on one scale, once calibration has told their ranges (issue of boxes of 0..640 beside scores of 0..1: on one
 * 8-bit scale no score is left). At the end of the model, where nothing computes with the result, the op and what only moves its result
 * stay float: every branch leaves on its own scale. Elsewhere a sentence proposes 16 bit.
 */
export function settleJoins(
  plan: QuantPlan,
  graph: Graph,
  thresholds: Thresholds,
): { readonly plan: QuantPlan; readonly warnings: readonly string[] } {
  const heads = new Heads(plan, graph);
  const reach = reachOf(plan, graph, thresholds);
  const float = new Map<IntegerNode, string>();
  const warnings: string[] = [];
  for (const entry of plan.nodes) {
    if (entry.kind !== "integer" || recordOf(entry).joins === undefined) continue;
    const lost = lostOperand(entry, reach);
    if (!lost) continue;
    const found = `the range of its input "${lost.value}" is ${whole(lost.ratio)} times smaller than that of its output, too small for one ${entry.bits}-bit scale`;
    const value = entry.outputs[0]!;
    if (recordOf(entry).joins === "values" && heads.isHead(value)) {
      float.set(entry, found);
      for (const mover of heads.movers(value)!)
        float.set(mover, `it moves the output of "${entry.node.name}", which stays float`);
    } else {
      const remedy =
        entry.bits === 8 && plan.chip.mixedPrecision
          ? "give this node 16 bit (-gt, -mc), or all of them (-b 16)"
          : "scale that branch in the model, or cut the model before this node (-on)";
      warnings.push(`${entry.node.op} node "${entry.node.name}": ${found}; ${remedy}`);
    }
  }
  return { plan: float.size > 0 ? keepFloat(plan, float) : plan, warnings };
}
