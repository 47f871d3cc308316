import { UnsupportedError } from "../errors.ts";

/** Names shown of each kind; the count tells how many there are. */
const SHOWN = 5;

/** Gathers what can't be converted, so that a user learns all of it at once. */
export class Refusals {
  /** What is wrong → the layers or nodes it is wrong with. */
  readonly #found = new Map<string, string[]>();

  /** @param what for instance `op "Foo"` or `Pooling with stochastic sampling`. */
  add(what: string, name: string): void {
    this.#found.set(what, [...(this.#found.get(what) ?? []), name]);
  }

  get isEmpty(): boolean {
    return this.#found.size === 0;
  }

  /** @throws UnsupportedError with one line a kind: count and names. Nothing when nothing was added. */
  throwIfAny(file: string, remedy: string): void {
    if (this.isEmpty) return;
    const lines = [...this.#found]
      .sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
      .map(([what, names]) => {
        const more = names.length > SHOWN ? ", ..." : "";
        return `  ${names.length} × ${what}: ${names.slice(0, SHOWN).join(", ")}${more}`;
      });
    throw new UnsupportedError(
      `${file} can't be converted; not supported are\n${lines.join("\n")}\n${remedy}`,
      {
        file,
      },
    );
  }
}
