/** Values of single steps and their series along a first axis, as fuse-lstm.ts wires them. */
import { attr, intAttr } from "../graph/attributes.ts";
import { uniqueName, valueNames } from "../graph/edit.ts";
import type { Attribute, Node } from "../graph/graph.ts";
import { int64Tensor, tensor, toNumbers } from "../tensor/tensor.ts";
import { isOp } from "./normalization-pattern.ts";
import type { Site } from "./site.ts";

/** Collects new nodes, named after `base`. */
export class Wiring {
  readonly nodes: Node[] = [];
  readonly #names: Set<string>;
  readonly #values: Set<string>;

  constructor(
    readonly site: Site,
    readonly base: string,
  ) {
    this.#names = new Set(site.graph.nodes.map(({ name }) => name));
    this.#values = valueNames(site.graph);
  }

  value(role: string, dims: readonly number[]): string {
    const name = uniqueName(this.#values, `${this.base}/${role}`);
    this.site.graph.types.set(name, { dtype: "float32", dims });
    return name;
  }

  node(
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attrs: Readonly<Record<string, Attribute>> = {},
    name?: string,
    origins: readonly string[] = [],
  ): void {
    const made = {
      name: name ?? uniqueName(this.#names, outputs[0]!),
      ...{ op, domain: "", inputs: [...inputs], outputs: [...outputs] },
      ...{ attrs: new Map(Object.entries(attrs)), origins: [...origins] },
    };
    this.nodes.push(made);
  }

  /** [1, ...value]. */
  unsqueezed(value: string, role: string): string {
    const output = this.value(role, [1, ...this.site.dims(value)!]);
    this.node("Unsqueeze", [value, this.site.addConstant(`${this.base}/axes`, int64Tensor([0]))], [output]);
    return output;
  }

  /** Step t of a series, as `output`. */
  taken(series: string, t: number, output: string): void {
    const index = this.site.addConstant(
      `${this.base}/step_${t}`,
      tensor("int64", [], BigInt64Array.of(BigInt(t))),
    );
    this.node("Gather", [series, index], [output], { axis: attr.int(0) });
  }

  /** The series these values are the steps of, or one joined from them. */
  stacked(values: readonly string[]): string {
    const found = this.#source(values);
    if (found?.axis === 0) return found.value;
    const dims = [values.length, ...this.site.dims(values[0]!)!];
    const output = this.value("x", dims);
    if (found) {
      const others = dims.map((_, i) => i).filter((i) => i !== found.axis);
      this.node("Transpose", [found.value], [output], { perm: attr.ints([found.axis, ...others]) });
    } else {
      const single = values.map((value, t) => this.unsqueezed(value, `x_${t}`));
      this.node("Concat", single, [output], { axis: attr.int(0) });
    }
    return output;
  }

  /** What all values are gathered from, each its own step, from the first to the last. */
  #source(values: readonly string[]): { value: string; axis: number } | undefined {
    const makers = values.map((value) => this.site.index.producer(value));
    const [first] = makers;
    if (!isOp(first, "Gather")) return undefined;
    const [value] = first.inputs;
    const dims = this.site.dims(value!);
    const axis = intAttr(first, "axis", 0);
    const isStep = (node: Node | undefined, t: number) => {
      const index = this.site.constant(node?.inputs[1]);
      const isIndex = index?.dims.length === 0 && toNumbers(index)[0] === t;
      return isOp(node, "Gather") && node.inputs[0] === value && intAttr(node, "axis", 0) === axis && isIndex;
    };
    const isWhole = axis >= 0 && dims?.[axis] === values.length && makers.every(isStep);
    return isWhole ? { value: value!, axis } : undefined;
  }
}
