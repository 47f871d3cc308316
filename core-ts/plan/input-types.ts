import { type IntegerInput, type IntegerInputs, inputIntType } from "../edges/input-types.ts";
import { ConfigError } from "../errors.ts";
import { nodeCaptures } from "../graph/edit.ts";
import { intType } from "../quantize/scale.ts";
import type { NodePlan, QuantPlan, ValuePlan } from "./plan.ts";

type Own = Extract<ValuePlan, { kind: "own" }>;
type Integer = Extract<NodePlan, { kind: "integer" }>;

const OPTION = "-qid/--quantize-input-dtype";

/** Integer nodes that read the value. */
function readers(plan: QuantPlan, value: string): Integer[] {
  return plan.nodes.filter(
    (entry): entry is Integer => entry.kind === "integer" && entry.node.inputs.includes(value),
  );
}

/** A subgraph reads the input under its name, which holds integers now. */
function checkSubgraphs(plan: QuantPlan, name: string, type: IntegerInput): void {
  const captor = plan.nodes.find(({ node }) => nodeCaptures(node).includes(name))?.node;
  if (!captor) return;
  throw new ConfigError(
    `${OPTION} can't make input "${name}" ${type}: a subgraph of ${captor.op} node "${captor.name}" reads it; leave this input at float32`,
    { option: OPTION, value: name },
  );
}

/**
 * How the integers of an input are held further on. Where a wider or equal type holds them all they keep scale 1, so nothing is lost.
 * uint8 at 8 bit on a chip without unsigned arithmetic becomes int8 on a scale found by the observer, but the affine op of --mean and
 * --std takes it as it is.
 */
function heldAs(own: Own, type: IntegerInput, plan: QuantPlan, read: readonly Integer[]): Own {
  const fed = inputIntType(type);
  const held = intType(own.bits, own.signed);
  if (held.qmin <= fed.qmin && held.qmax >= fed.qmax) return { ...own, scale: 1 };
  const isEdgeOnly = read.every(({ node }) => node.op === "BatchNormalization");
  const takesUnsigned = plan.chip.unsignedActivations || isEdgeOnly;
  return type === "uint8" && takesUnsigned ? { ...own, signed: false, scale: 1 } : own;
}

function planInput(plan: QuantPlan, name: string, type: IntegerInput): ValuePlan {
  checkSubgraphs(plan, name, type);
  const own = plan.values.get(name);
  if (own?.kind !== "own") return { kind: "float", because: "it is a model input" };
  const read = readers(plan, name);
  const narrow = read.find((entry) => entry.bits === 8);
  if (type === "int16" && narrow) {
    throw new ConfigError(
      `${OPTION} can't make input "${name}" int16: ${narrow.node.op} node "${narrow.node.name}" reads it and is 8 bit; give int8, uint8 or float32, or -b 16`,
      { option: OPTION, value: name },
    );
  }
  return heldAs(own, type, plan, read);
}

/**
 * The plan with the inputs of -qid taking integers (spec/fixed-point-ir.md, Edges of the model).
 * @throws ConfigError for int16 in front of an 8-bit node, and for an input that a subgraph reads.
 */
export function withIntegerInputs(plan: QuantPlan, inputs: IntegerInputs): QuantPlan {
  if (inputs.size === 0) return plan;
  const values = new Map(plan.values);
  for (const [name, type] of inputs) values.set(name, planInput(plan, name, type));
  return { ...plan, values, inputTypes: inputs };
}
