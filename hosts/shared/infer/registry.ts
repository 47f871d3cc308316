import { ConfigError } from "../../../core-ts/errors.ts";
import { nearest } from "../cli/nearest.ts";
import type { InferFunction } from "./executor.ts";
import type { PassFunction } from "./run-function.ts";

export type RegisteredFunctions = ReadonlyMap<string, InferFunction>;

/** What user scripts see: onnxInferFunc.register("name", fn), or in the vendor's way onnxInferFunc.register("name")(fn). */
export interface InferFunctionRegistry {
  register(name: string, fn: InferFunction): InferFunction;
  register(name: string): (fn: InferFunction) => InferFunction;
}

/** Gathers what a script registers while it is loaded, so that two scripts can't meet in one table. */
export class InferFunctions implements InferFunctionRegistry {
  #current = new Map<string, InferFunction>();

  register(name: string, fn: InferFunction): InferFunction;
  register(name: string): (fn: InferFunction) => InferFunction;
  register(name: string, fn?: InferFunction) {
    return fn === undefined ? (later: InferFunction) => this.#add(name, later) : this.#add(name, fn);
  }

  /** Runs `load` and gives the functions that were registered by it. */
  async during(load: () => Promise<unknown>): Promise<RegisteredFunctions> {
    this.#current = new Map();
    await load();
    return this.#current;
  }

  #add(name: string, fn: InferFunction): InferFunction {
    if (typeof name !== "string" || name === "") {
      throw new ConfigError(
        `an infer function is registered under ${JSON.stringify(name)}, expected a name: onnxInferFunc.register("name", fn)`,
      );
    }
    if (typeof fn !== "function") {
      throw new ConfigError(`"${name}" is registered with ${typeof fn}, expected a function of the executor`);
    }
    if (this.#current.has(name)) throw new ConfigError(`the infer function "${name}" is registered twice`);
    this.#current.set(name, fn);
    return fn;
  }
}

/** The function -if names. @throws ConfigError that lists those registered. */
export function findFunction(
  name: string,
  builtIn: ReadonlyMap<string, PassFunction>,
  registered: RegisteredFunctions,
  script: string | undefined,
): PassFunction {
  const found = registered.get(name) ?? builtIn.get(name);
  if (found) return found;
  const names = [...registered.keys(), ...builtIn.keys()];
  const hint = nearest(name, names);
  const from = script === undefined ? "no script is given (-uds)" : `${script} was read`;
  throw new ConfigError(
    `there is no infer function "${name}"; ${from}, registered are: ${names.join(", ")}${hint ? `; did you mean ${hint}?` : ""}`,
    { option: "-if/--infer-func" },
  );
}
