import { ModelError } from "../../errors.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { GraphBuilder } from "../graph-builder.ts";
import type { Operand } from "./context.ts";
import { isStored } from "./dtypes.ts";
import type { Program, Variable } from "./program.ts";
import { Refused } from "./refused.ts";

/** The variables of a program and the ONNX values they are at the moment: an op may write a variable that exists. */
export class Scope {
  readonly #bound = new Map<string, string>();
  readonly #read: ReadonlySet<string>;
  readonly #inputs: ReadonlyMap<string, Variable>;

  constructor(
    readonly program: Program,
    readonly params: ReadonlyMap<string, Tensor>,
    readonly graph: GraphBuilder,
    inputs: readonly Variable[],
  ) {
    const read = program.ops.flatMap((op) => [...op.inputs.values()].flat());
    this.#read = new Set([...read, ...program.fetches]);
    this.#inputs = new Map(inputs.map((one) => [one.name, one]));
    for (const { name, dtype, dims } of inputs) {
      if (!isStored(dtype) || !dims) {
        throw new ModelError(
          `input "${name}" of ${program.file} is of type ${dtype}, which is not supported; export the model in float32`,
          { value: name, file: program.file },
        );
      }
      this.#bound.set(
        name,
        graph.input(name, { dtype, dims: dims.map((dim, i) => (dim === -1 ? openDim(name, i) : dim)) }),
      );
    }
  }

  get file(): string {
    return this.program.file;
  }

  isRead(name: string): boolean {
    return this.#read.has(name);
  }

  bind(name: string, value: string): void {
    this.#bound.set(name, value);
  }

  /** @throws Refused for what is no dense tensor, or of a type that has no place here. */
  declared(name: string): { readonly dims: readonly number[]; readonly dtype: DType } {
    const variable = this.#inputs.get(name) ?? this.program.variables.get(name);
    const { dims, dtype } = variable ?? {};
    if (!dims) throw new Refused("variables that are no dense tensors (lists, sparse rows)");
    if (!isStored(dtype)) throw new Refused(`variables of type ${dtype ?? "unknown"}`);
    return { dims, dtype };
  }

  operand(name: string): Operand {
    const declared = this.declared(name);
    const bound = this.#bound.get(name);
    if (bound !== undefined) return { ...declared, value: bound };
    const param = this.params.get(name);
    if (!param) {
      throw new ModelError(
        `variable "${name}" of ${this.file} is read, and neither fed, computed nor among the parameters; export the model again`,
        { value: name, file: this.file },
      );
    }
    const value = this.graph.constant(name, param);
    this.#bound.set(name, value);
    return { ...declared, value };
  }
}

/** All open first dimensions are one batch; any other is of its input alone. */
const openDim = (name: string, axis: number): string => (axis === 0 ? "batch" : `${name}_${axis}`);
