/** Nodes where values come from or part ways: constants, inputs, variables, branches. */

import { dtypeOf } from "./dtypes.ts";
import type { Execution } from "./execution.ts";
import { attrShape, attrString, attrTensor, attrType, type TfNode } from "./node.ts";
import { DEAD, Refused, UNKNOWN, type Value } from "./value.ts";

type Source = (node: TfNode, inputs: readonly Value[], run: Execution) => Value | readonly Value[];

/** A lone boolean that says whether the net is being trained is false: it is not. */
function isTrainingFlag(node: TfNode): boolean {
  const shape = attrShape(node, "shape");
  return dtypeOf(attrType(node, "dtype") ?? 0) === "bool" && (!shape || shape.length === 0);
}

const constant: Source = (node, _, { surroundings: { to } }) => {
  const value = attrTensor(node, "value");
  if (!value) throw new Refused("Const without a value");
  return to.constant(value);
};

const placeholder: Source = (node, _, { surroundings: { to }, missing }) => {
  if (isTrainingFlag(node)) return to.scalar("bool", 0, "");
  missing.inputs.add(node.name);
  return UNKNOWN;
};

/** The first input on the branch that was not taken, the other way round on the one that was. */
const switchOver: Source = (_, [data, condition]) => {
  if (data === UNKNOWN || condition === UNKNOWN) return UNKNOWN;
  if (data === DEAD || condition === DEAD) return DEAD;
  const [decision] = condition?.kind === "tensor" ? (condition.known ?? []) : [];
  if (decision === undefined || decision === null)
    throw new Refused("a branch whose condition is not known at conversion");
  return decision === 0 ? [data!, DEAD] : [DEAD, data!];
};

const merge: Source = (_, inputs, { surroundings: { to } }) => {
  const at = inputs.findIndex((input) => input !== DEAD);
  if (at < 0) return DEAD;
  return [inputs[at]!, inputs[at] === UNKNOWN ? UNKNOWN : to.scalar("int32", at, "index")];
};

const variable: Source = (node, _, run) => {
  const shared = attrString(node, "shared_name", "");
  const { variables } = run.surroundings;
  const name = variables.has(node.name) ? node.name : shared;
  if (!variables.has(name)) {
    run.missing.variables.add(shared || node.name);
    return UNKNOWN;
  }
  return node.op === "VarHandleOp" ? { kind: "variable", name } : variables.get(name)!();
};

/** Also of a constant that took the variable's place when the graph was frozen. */
const read: Source = (_, [from], run) =>
  from?.kind === "variable" ? run.surroundings.variables.get(from.name)!() : from!;

const pass: Source = (_, [value]) => value!;

export const SOURCES: ReadonlyMap<string, Source> = new Map(
  Object.entries({
    Const: constant,
    Enter: pass,
    LoopCond: pass,
    Merge: merge,
    NextIteration: pass,
    Placeholder: placeholder,
    PlaceholderV2: placeholder,
    ReadVariableOp: read,
    RefEnter: pass,
    RefMerge: merge,
    RefNextIteration: pass,
    RefSwitch: switchOver,
    Switch: switchOver,
    VarHandleOp: variable,
    Variable: variable,
    VariableV2: variable,
  }),
);
