import type { Tensor } from "../../tensor/tensor.ts";
import type { GraphBuilder } from "../graph-builder.ts";
import type { Program } from "./program/program.ts";
import { type Count, OpenSize, Refused, type Value } from "./value.ts";

/** How a changed view goes back into the value it was taken from. */
export interface View {
  readonly base: string;
  readonly writeBack: (changed: Value, base: Value) => Value;
}

/** The values of the program by name, with what is known of the memory they share. */
export class Environment {
  readonly #values = new Map<string, Value>();
  readonly #counts = new Map<string, Count>();
  /** Names that share memory have one set. */
  readonly #sharing = new Map<string, Set<string>>();
  readonly #views = new Map<string, View>();
  readonly #stale = new Set<string>();

  constructor(
    readonly program: Program,
    readonly content: ReadonlyMap<string, Tensor>,
    readonly graph: GraphBuilder,
  ) {}

  /** The value, whether it may be read or not. */
  peek(name: string): Value | undefined {
    return this.#values.get(name);
  }

  get(name: string): Value {
    if (this.#stale.has(name)) {
      throw new Refused("reading memory that was changed in place through a view of it");
    }
    const found = this.#values.get(name);
    if (!found) throw new Refused(`a value that nothing makes ("${name}")`);
    return found;
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  /** `name` shows memory of `of`. */
  share(name: string, of: string, view?: View): void {
    const set = this.#sharing.get(of) ?? new Set([of]);
    this.#sharing.set(of, set.add(name));
    this.#sharing.set(name, set);
    if (view) this.#views.set(name, view);
  }

  /** Memory behind `name` has become `value`. */
  overwrite(name: string, value: Value): void {
    const old = this.get(name);
    const view = this.#views.get(name);
    const written = new Set<string>();
    for (const other of this.#sharing.get(name) ?? [name]) {
      if (this.#values.get(other) !== old) continue;
      this.#values.set(other, value);
      written.add(other);
    }
    if (view) this.overwrite(view.base, view.writeBack(value, this.get(view.base)));
    else for (const other of this.#sharing.get(name) ?? []) if (!written.has(other)) this.#stale.add(other);
    // Written through a view, the view itself is what was written.
    for (const other of written) this.#stale.delete(other);
  }

  setCount(name: string, count: Count): void {
    const { program } = this;
    const known = program.ints.get(name);
    this.#counts.set(name, typeof known === "number" ? known : count);
  }

  count(value: number | string): Count {
    if (typeof value === "number") return value;
    const found = this.#counts.get(value);
    if (found === undefined) throw new Refused(`a size that depends on data ("${value}")`);
    return found;
  }

  /** A dimension of a value, when the model runs. */
  sizeOf(value: Value, axis: number): Count {
    const size = value.dims[axis];
    if (typeof size === "number") return size;
    const { graph } = this;
    return new OpenSize(() => {
      const shape = graph.node("Shape", [value.name], `${value.name}:shape`);
      return graph.node("Gather", [shape, graph.int64s(`${value.name}:axis`, [axis])], `${value.name}:size`);
    });
  }

  /** An int64 vector from sizes. */
  vector(counts: readonly Count[], what: string): string {
    const { graph } = this;
    if (counts.every((one) => typeof one === "number")) return graph.int64s(what, counts);
    const parts = counts.map((one) => (typeof one === "number" ? graph.int64s(what, [one]) : one.name));
    return parts.length === 1
      ? parts[0]!
      : graph.node("Concat", parts, what, { axis: { kind: "int", value: 0 } });
  }
}
