import { opRecord } from "../ops/index.ts";
import { outputKind } from "../ops/record.ts";
import type { Precision } from "../plan/options.ts";
import type { NodePlan, QuantPlan } from "../plan/plan.ts";

export type IntegerNode = Extract<NodePlan, { kind: "integer" }>;

/** Whether a node has a scale of its own, so that a mix may give it a precision: those that hand integers on (Reshape, MaxPool), and ArgMax, have none. */
export function isQuantized({ node }: IntegerNode): boolean {
  const record = opRecord(node.op, node.domain);
  return record === undefined || outputKind(record, node) === "own";
}

/** The nodes of a mix, in topological order. */
export function quantizedNodes(plan: QuantPlan): IntegerNode[] {
  return plan.nodes.filter((node) => node.kind === "integer").filter(isQuantized);
}

/** Who makes and who reads the values of the quantized nodes, looking through nodes that only hand integers on. */
export class QuantizedNeighbours {
  readonly #makers = new Map<string, NodePlan>();

  constructor(private readonly plan: QuantPlan) {
    for (const node of plan.nodes) {
      const outputs = node.kind === "integer" ? node.outputs : node.kind === "float" ? node.node.outputs : [];
      for (const value of outputs) this.#makers.set(value, node);
    }
  }

  /** The quantized node whose integers stand behind a value; undefined for model inputs, constants, indices and what stays float. */
  #maker(value: string): IntegerNode | undefined {
    const node = this.#makers.get(value);
    if (node?.kind !== "integer") return undefined;
    if (isQuantized(node)) return node;
    const [first] = opRecord(node.node.op, node.node.domain)!.operands(node.node);
    return this.#maker(node.node.inputs[first!]!);
  }

  /** One entry an operand that a quantized node makes. */
  parents(node: IntegerNode): IntegerNode[] {
    return node.node.inputs.flatMap((value) => this.#maker(value) ?? []);
  }

  children(node: IntegerNode): IntegerNode[] {
    return quantizedNodes(this.plan).filter((other) => this.parents(other).includes(node));
  }
}

/** Node name → precision, as the plan has it. */
export function mixOf(plan: QuantPlan): Map<string, Precision> {
  return new Map(
    quantizedNodes(plan).map(({ node, bits, outputs }) => {
      const own = plan.values.get(outputs[0]!);
      return [node.name, { bits, mode: own?.kind === "own" ? own.observer : "min_max" }];
    }),
  );
}
