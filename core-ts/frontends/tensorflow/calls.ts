/** Nodes that call functions of the library: calls, and control flow whose condition is known at conversion. */
import { ModelError } from "../../errors.ts";
import type { Execution } from "./execution.ts";
import { attrFunction, attrList, type TfFunction, type TfGraph, type TfNode } from "./node.ts";
import { Refused, UNKNOWN, type Value } from "./value.ts";

type Call = (run: Execution, inputs: readonly Value[], prefix: string) => readonly Value[] | Value;

const MOST_TURNS = 4096;

/** Names that say nothing of the net; they are left out of the names of what is written. */
const IS_CALL = /^(Stateful)?PartitionedCall(_\d+)?$/;

function inside(node: TfNode, prefix: string): string {
  const kept = node.name.split("/").filter((part) => !IS_CALL.test(part));
  return kept.length > 0 ? `${prefix}${kept.join("/")}/` : prefix;
}

function functionOf(graph: TfGraph, name: string | undefined, node: TfNode): TfFunction {
  const found = graph.functions.get(name ?? "");
  if (found) return found;
  throw new ModelError(
    `node "${node.name}" calls the function "${name ?? ""}", which the file does not hold; the file is cut off or was edited`,
    { node: node.name },
  );
}

function call(run: Execution, fn: TfFunction, inputs: readonly Value[], prefix: string): Value[] {
  const found = new Map(fn.parameters.map((name, i) => [name, [inputs[i] ?? UNKNOWN] as readonly Value[]]));
  const scope = run.scope(fn.nodes, prefix, found);
  return fn.results.map((result) => run.value(scope, result));
}

function decision(value: Value | undefined, what: string): number {
  const known = value?.kind === "tensor" ? value.known?.[0] : undefined;
  if (known === undefined || known === null) throw new Refused(what);
  return known;
}

function loop(node: TfNode, graph: TfGraph): Call {
  const condition = functionOf(graph, attrFunction(node, "cond"), node);
  const body = functionOf(graph, attrFunction(node, "body"), node);
  return (run, inputs, prefix) => {
    const at = inside(node, prefix);
    let state = [...inputs];
    for (let turns = 0; turns <= MOST_TURNS; turns++) {
      const [goesOn] = call(run, condition, state, at);
      if (goesOn === UNKNOWN || state.includes(UNKNOWN)) return UNKNOWN;
      if (decision(goesOn, "a loop whose number of turns is not known at conversion") === 0) return state;
      state = call(run, body, state, at);
    }
    throw new Refused(`a loop of more than ${MOST_TURNS} turns`);
  };
}

function branch(node: TfNode, graph: TfGraph): Call {
  return (run, [condition, ...inputs], prefix) => {
    const chosen = decision(condition, "a branch whose condition is not known at conversion");
    const name = attrFunction(node, chosen === 0 ? "else_branch" : "then_branch");
    return call(run, functionOf(graph, name, node), inputs, inside(node, prefix));
  };
}

function choice(node: TfNode, graph: TfGraph): Call {
  const branches = attrList(node, "branches")?.functions ?? [];
  return (run, [index, ...inputs], prefix) => {
    const chosen = decision(index, "a branch whose number is not known at conversion");
    // A number out of range takes the last branch.
    const name = branches[chosen] ?? branches.at(-1);
    return call(run, functionOf(graph, name, node), inputs, inside(node, prefix));
  };
}

/** The call a node makes; undefined for a node that makes none. */
export function callOf(node: TfNode, graph: TfGraph): Call | undefined {
  switch (node.op) {
    case "PartitionedCall":
    case "StatefulPartitionedCall": {
      const fn = functionOf(graph, attrFunction(node, "f"), node);
      return (run, inputs, prefix) => call(run, fn, inputs, inside(node, prefix));
    }
    case "While":
    case "StatelessWhile":
      return loop(node, graph);
    case "If":
    case "StatelessIf":
      return branch(node, graph);
    case "Case":
    case "StatelessCase":
      return choice(node, graph);
    default: {
      // Old libraries are called by the function's own name.
      const fn = graph.functions.get(node.op);
      return fn && ((run, inputs, prefix) => call(run, fn, inputs, inside(node, prefix)));
    }
  }
}
