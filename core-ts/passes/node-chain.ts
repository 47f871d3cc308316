import { attr } from "../graph/attributes.ts";
import { permuted } from "../tensor/permute.ts";
import type { TensorOf } from "../tensor/tensor.ts";
import { elementCount, int64Tensor, tensor } from "../tensor/tensor.ts";
import type { NewNode, Site } from "./site.ts";

/** A value and its static shape. */
export interface Shaped {
  readonly name: string;
  readonly dims: readonly number[];
}

const isIdentity = (perm: readonly number[]): boolean => perm.every((axis, i) => axis === i);

/**
 * Float nodes written one after another, to take the place of others. What is done to a constant is done at once: it stays a constant, and
 * with it the weights of a matrix product.
 */
export class NodeChain {
  readonly #nodes: NewNode[] = [];
  readonly #roles = new Map<string, number>();

  constructor(
    /** Names of what it adds begin with this. */
    readonly base: string,
    readonly site: Site,
  ) {}

  /** "node/role", with a number where the role has been taken before. */
  #name(role: string): string {
    const count = (this.#roles.get(role) ?? 0) + 1;
    this.#roles.set(role, count);
    return `${this.base}/${role}${count > 1 ? `_${count}` : ""}`;
  }

  #constant(name: string): TensorOf<"float32"> | undefined {
    const found = this.site.constant(name);
    return found?.dtype === "float32" ? found : undefined;
  }

  #keep(role: string, value: TensorOf<"float32">): Shaped {
    return { name: this.site.addConstant(this.#name(role), value), dims: value.dims };
  }

  /** Adds a node of one float32 output. */
  add(
    op: string,
    inputs: readonly string[],
    result: { role: string; dims: readonly number[]; attrs?: NewNode["attrs"] },
  ): Shaped {
    const { role, dims, attrs = {} } = result;
    const name = this.#name(role);
    const output = this.site.addValue(name, { dtype: "float32", dims });
    this.#nodes.push({ name, op, inputs, outputs: [output], attrs });
    return { name: output, dims };
  }

  transpose(x: Shaped, perm: readonly number[], role: string): Shaped {
    if (isIdentity(perm)) return x;
    const constant = this.#constant(x.name);
    if (constant) return this.#keep(role, permuted(tensor("float32", x.dims, constant.data), perm));
    const dims = perm.map((axis) => x.dims[axis]!);
    return this.add("Transpose", [x.name], { role, dims, attrs: { perm: attr.ints(perm) } });
  }

  reshape(x: Shaped, dims: readonly number[], role: string): Shaped {
    if (x.dims.join() === dims.join()) return x;
    const constant = this.#constant(x.name);
    if (constant) return this.#keep(role, tensor("float32", dims, constant.data));
    const shape = this.site.addConstant(this.#name(`${role}_shape`), int64Tensor(dims));
    return this.add("Reshape", [x.name, shape], { role, dims });
  }

  /** Sums over some axes, which disappear. */
  sum(x: Shaped, axes: readonly number[], role: string): Shaped {
    if (axes.length === 0) return x;
    const dims = x.dims.filter((_, axis) => !axes.includes(axis));
    const list = this.site.addConstant(this.#name(`${role}_axes`), int64Tensor(axes));
    return this.add("ReduceSum", [x.name, list], { role, dims, attrs: { keepdims: attr.int(0) } });
  }

  /** x · factor; a constant x is multiplied at once. */
  scale(x: Shaped, factor: number, role: string): Shaped {
    if (factor === 1) return x;
    const constant = this.#constant(x.name);
    if (constant)
      return this.#keep(
        role,
        tensor(
          "float32",
          x.dims,
          constant.data.map((v) => v * factor),
        ),
      );
    const by = this.site.addConstant(
      this.#name(`${role}_factor`),
      tensor("float32", [], Float32Array.of(factor)),
    );
    return this.add("Mul", [x.name, by], { role, dims: x.dims });
  }

  /** The nodes, of which the last one makes `output` and is named and fused as said; none when it does not make `result`, which is an operand itself. */
  ending(result: Shaped, last: { name: string; output: string; origins: readonly string[] }): NewNode[] {
    const made = this.#nodes.at(-1);
    if (made?.outputs[0] !== result.name) return [];
    const { name, output, origins } = last;
    return [...this.#nodes.slice(0, -1), { ...made, name, outputs: [output], origins }];
  }
}

/** Number of elements of a list of sizes. */
export const product = elementCount;
