/**
 * Goes through the graph as an execution would, with shapes, counters and conditions as numbers and everything else as names of ONNX values:
 * branches not taken are left out, loops unrolled, functions called where they stand.
 */
import { ModelError } from "../../errors.ts";
import type { Refusals } from "../refusals.ts";
import { callOf } from "./calls.ts";
import type { Emitter } from "./emitter.ts";
import { type Exits, type Frame, findLoops } from "./frames.ts";
import { fusionOf } from "./fusions.ts";
import type { Endpoint, NodeTable, TfGraph, TfNode } from "./node.ts";
import { TENSOR_OPS, VALUE_OPS } from "./ops/index.ts";
import { SOURCES } from "./sources.ts";
import { DEAD, Refused, type TensorValue, UNKNOWN, type Value } from "./value.ts";

/** Turns of a loop that are unrolled; more would be no model for this chip. */
const MOST_TURNS = 4096;

/** A graph, a call of a function or a turn of a loop, with what was found in it. */
export interface Scope {
  readonly nodes: NodeTable;
  readonly exits: Exits;
  readonly found: Map<string, readonly Value[]>;
  /** In front of the names of what is written. */
  readonly prefix: string;
  /** A turn: what does not change stands in the scope around. */
  readonly turn?: { readonly frame: Frame; readonly around: Scope };
  /** Last values of the loops that ran in this scope. */
  readonly loops: Map<Frame, ReadonlyMap<string, Value>>;
}

export interface Surroundings {
  readonly graph: TfGraph;
  readonly to: Emitter;
  readonly refusals: Refusals;
  /** Tensors of a SavedModel's variables, by name. */
  readonly variables: ReadonlyMap<string, () => TensorValue>;
}

export class Execution {
  readonly surroundings: Surroundings;
  /** Placeholders that are needed and were not named as inputs; variables without a value. */
  readonly missing = { inputs: new Set<string>(), variables: new Set<string>() };
  readonly #loops = new Map<NodeTable, Exits>();

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
  }

  scope(nodes: NodeTable, prefix: string, found = new Map<string, readonly Value[]>()): Scope {
    const exits = this.#loops.get(nodes) ?? findLoops(nodes);
    this.#loops.set(nodes, exits);
    return { nodes, exits, found, prefix, loops: new Map() };
  }

  value(scope: Scope, { node, index }: Endpoint): Value {
    this.#settle(scope, node);
    return this.#at(scope, node, index);
  }

  #at(scope: Scope, node: string, index: number): Value {
    const all = scope.found.get(node)!;
    const [first] = all;
    return first === DEAD || first === UNKNOWN ? (all[index] ?? first) : (all[index] ?? UNKNOWN);
  }

  /** Where a node is computed: in the turn, or around the loop. */
  #home(scope: Scope, name: string): Scope {
    let home = scope;
    while (home.turn && !home.turn.frame.members.has(name)) home = home.turn.around;
    return home;
  }

  /** Computes a node and what it needs, deepest first, without recursion: nets are deeper than stacks. */
  #settle(scope: Scope, wanted: string): void {
    const [stack, open] = [[wanted], new Set<string>()];
    for (let name = stack.at(-1); name !== undefined; name = stack.at(-1)) {
      if (scope.found.has(name)) {
        stack.pop();
        continue;
      }
      const home = this.#home(scope, name);
      if (home !== scope) {
        this.#settle(home, name);
        scope.found.set(name, home.found.get(name)!);
        continue;
      }
      const node = this.#node(scope, name);
      const needs = this.#needs(scope, node).filter((one) => !scope.found.has(one.node));
      if (needs.length === 0) scope.found.set(name, this.#convert(scope, node));
      else if (open.has(name))
        throw new ModelError(`node "${name}" depends on itself, outside of any loop; the file is damaged`, {
          node: name,
        });
      else {
        open.add(name);
        stack.push(...needs.map((one) => one.node).reverse());
      }
    }
  }

  #node(scope: Scope, name: string): TfNode {
    const node = scope.nodes.get(name);
    if (node) return node;
    throw new ModelError(`node "${name}" is not in the file; the file is cut off or was edited`, {
      node: name,
    });
  }

  #needs(scope: Scope, node: TfNode): readonly Endpoint[] {
    // A loop looks for what it needs itself.
    if (scope.exits.has(node.name)) return [];
    return fusionOf(node, scope.nodes)?.inputs ?? node.inputs;
  }

  /** What a node gives; a refusal is noted, and its outputs are unknown from then on. */
  #convert(scope: Scope, node: TfNode): readonly Value[] {
    const { to, refusals } = this.surroundings;
    to.at = scope.prefix + node.name;
    try {
      const made = this.#run(scope, node);
      return Array.isArray(made) ? (made as readonly Value[]) : [made as Value];
    } catch (cause) {
      if (!(cause instanceof Refused)) throw cause;
      refusals.add(cause.message, scope.prefix + node.name);
      return [UNKNOWN];
    }
  }

  #run(scope: Scope, node: TfNode): Value | readonly Value[] {
    const exit = scope.exits.get(node.name);
    if (exit) return this.#loop(scope, exit.frame).get(exit.merge) ?? DEAD;
    const fusion = fusionOf(node, scope.nodes);
    const inputs = (fusion?.inputs ?? node.inputs).map((input) => this.#at(scope, input.node, input.index));
    const source = SOURCES.get(node.op);
    if (source) return source(node, inputs, this);
    if (inputs.includes(DEAD)) return DEAD;
    const call = callOf(node, this.surroundings.graph);
    if (call) return inputs.includes(UNKNOWN) ? UNKNOWN : call(this, inputs, scope.prefix);
    return this.#write(fusion?.node ?? node, inputs, fusion?.convert);
  }

  #write(
    node: TfNode,
    inputs: readonly Value[],
    convert = TENSOR_OPS.get(node.op),
  ): Value | readonly Value[] {
    const ofValues = VALUE_OPS.get(node.op);
    if (!convert && !ofValues) throw new Refused(`op "${node.op}"`);
    if (inputs.includes(UNKNOWN)) return UNKNOWN;
    if (ofValues) return ofValues(node, inputs, this.surroundings.to);
    const odd = inputs.find((input) => input.kind !== "tensor");
    if (odd && (node.op === "Identity" || node.op === "IdentityN")) return inputs;
    if (odd) throw new Refused(`op "${node.op}" of a ${odd.kind}`);
    return convert!(node, inputs as readonly TensorValue[], this.surroundings.to);
  }

  /** Turns a loop round until its condition is false; gives the last values by Merge. */
  #loop(around: Scope, frame: Frame): ReadonlyMap<string, Value> {
    const done = around.loops.get(frame);
    if (done) return done;
    let state = new Map(
      frame.merges.map(({ name, enter }) => [name, this.value(around, { node: enter, index: 0 })]),
    );
    for (let turns = 0; ; turns++) {
      if ([...state.values()].includes(UNKNOWN)) break;
      if (turns > MOST_TURNS) throw new Refused(`a loop of more than ${MOST_TURNS} turns`);
      const found = new Map([...state].map(([name, value]) => [name, [value] as readonly Value[]]));
      const turn: Scope = { ...this.scope(around.nodes, around.prefix, found), turn: { frame, around } };
      const goesOn = this.value(turn, { node: frame.condition, index: 0 });
      if (goesOn === UNKNOWN) {
        state = new Map([...state.keys()].map((name) => [name, UNKNOWN]));
        break;
      }
      const [decision] = goesOn.kind === "tensor" ? (goesOn.known ?? []) : [];
      if (decision === undefined || decision === null)
        throw new Refused("a loop whose number of turns is not known at conversion");
      if (decision === 0) break;
      state = new Map(
        frame.merges.map(({ name, next }) => [name, this.value(turn, { node: next, index: 0 })]),
      );
    }
    around.loops.set(frame, state);
    return state;
  }
}
