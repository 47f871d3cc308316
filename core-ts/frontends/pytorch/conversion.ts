import { ModelError, UnsupportedError } from "../../errors.ts";
import type { Model } from "../../graph/graph.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { GraphBuilder } from "../graph-builder.ts";
import { Refusals } from "../refusals.ts";
import { scalarType, scalarTypeName } from "./archive/scalar-types.ts";
import { OpContext } from "./context.ts";
import { Environment } from "./environment.ts";
import { converterOfOp, VIEWS } from "./ops/index.ts";
import type { Call, Program, TensorMeta } from "./program/program.ts";
import { convertSize, isSizeCall, isWithoutEffect } from "./sizes.ts";
import { Refused, Value } from "./value.ts";

const REMEDY =
  "Change the model in these places, export it with torch.export.export(...).run_decompositions(), which writes everything in simpler ops, or export it to ONNX by torch.onnx.export and give it with -f onnx.";

/** torch.ops.aten.add_.Tensor → add, in place, overload Tensor. */
function partsOf(target: string): {
  readonly op: string;
  readonly overload: string;
  readonly inPlace: boolean;
} {
  const [, name = "", overload = ""] = /^torch\.ops\.aten\.([^.]+)\.([^.]+)$/.exec(target) ?? [];
  const inPlace = name.endsWith("_") && !name.endsWith("__");
  return { op: inPlace ? name.slice(0, -1) : name, overload, inPlace };
}

export class Conversion {
  readonly #graph = new GraphBuilder();
  readonly #env: Environment;
  readonly #refusals = new Refusals();
  /** Values that a refused call would have made: what uses them is not looked at. */
  readonly #lost = new Set<string>();

  constructor(
    readonly program: Program,
    readonly content: ReadonlyMap<string, Tensor>,
    readonly file: string,
  ) {
    this.#env = new Environment(program, content, this.#graph);
  }

  #meta(name: string): TensorMeta {
    const found = this.program.tensors.get(name);
    if (found) return found;
    throw new ModelError(`${this.file} does not say what type "${name}" is; export it again`, {
      file: this.file,
      value: name,
    });
  }

  inputs(): void {
    for (const { name, argument } of this.program.inputs) {
      if (argument.kind !== "tensor") {
        throw new UnsupportedError(
          `the input "${name}" of ${this.file} is no tensor; export the model with tensors as its arguments`,
          { file: this.file, value: name },
        );
      }
      const { type, sizes } = this.#meta(name);
      const dtype = scalarType(type);
      if (!dtype) {
        throw new UnsupportedError(
          `the input "${name}" of ${this.file} is of type ${scalarTypeName(type)}; convert the model with model.float() and export it again`,
          { file: this.file, value: name },
        );
      }
      this.#graph.input(name, { dtype, dims: sizes });
      this.#env.set(name, new Value(name, dtype, sizes, { isGiven: true }));
    }
  }

  given(): void {
    for (const { name, key } of this.program.given) {
      const content = this.content.get(key);
      const { type, sizes } = this.#meta(name);
      const dtype = scalarType(type) ?? "float32";
      const fits = content?.dtype === dtype && content.dims.join() === sizes.join();
      if (content && !fits) {
        throw new ModelError(
          `"${key}" in ${this.file} is ${content.dtype} of shape ${content.dims.join("x")}, and the graph says ${scalarTypeName(type)} of shape ${sizes.join("x")}; export it again`,
          { file: this.file, value: key },
        );
      }
      const make = () => {
        if (content) return this.#graph.constant(key, content);
        throw new ModelError(
          `${this.file} lacks the content of "${key}"; export the model again with torch.export.save`,
          { file: this.file, value: key },
        );
      };
      this.#env.set(name, new Value(make, dtype, sizes, content ? { content } : { isGiven: true }));
    }
  }

  #usesLost({ inputs }: Call): boolean {
    return [...inputs.values()].some((one) => {
      if (one.kind === "tensor") return this.#lost.has(one.name);
      if (one.kind === "tensors") return one.names.some((name) => name !== undefined && this.#lost.has(name));
      const values = one.kind === "int" ? [one.value] : one.kind === "ints" ? one.values : [];
      return values.some((value) => typeof value === "string" && this.#lost.has(value));
    });
  }

  #lose({ outputs }: Call): void {
    for (const name of outputs) if (name !== undefined) this.#lost.add(name);
  }

  #convert(call: Call): void {
    if (isSizeCall(call.target)) {
      convertSize(call, this.#env);
      return;
    }
    const { op, overload, inPlace } = partsOf(call.target);
    const convert = op === "" ? undefined : converterOfOp(op);
    const name = call.target.replace(/^torch\.ops\./, "");
    if (!convert) throw new Refused(`op "${name}"`);
    // What depends on a refused call can't be looked at, except whether its op is known.
    if (this.#usesLost(call)) {
      this.#lose(call);
      return;
    }
    const ctx = new OpContext(call, op, overload, this.#env);
    const made = convert(ctx);
    const unread = ctx.unread();
    if (unread.length > 0) throw new Refused(`${name} with ${unread.join(", ")}`);
    this.#keep(ctx, made, inPlace);
  }

  /** Gives the outputs their values, and notes what memory they share. */
  #keep({ call, op, view }: OpContext, made: readonly Value[], inPlace: boolean): void {
    const env = this.#env;
    const self = call.inputs.get("self") ?? call.inputs.get("input");
    const of = self?.kind === "tensor" ? self.name : undefined;
    if (inPlace && of !== undefined && made[0]) env.overwrite(of, made[0]);
    for (const [i, name] of call.outputs.entries()) {
      const value = made[i];
      if (name === undefined || !value) continue;
      env.set(name, value);
      if (of !== undefined && (inPlace || VIEWS.has(op) || value === env.peek(of))) env.share(name, of, view);
    }
  }

  calls(): void {
    for (const call of this.program.calls) {
      if (isWithoutEffect(call.target)) continue;
      try {
        this.#convert(call);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const name = call.outputs.find((one) => one !== undefined) ?? call.target;
        this.#refusals.add(error.message, call.place === "" ? name : `${name} (${call.place})`);
        this.#lose(call);
      }
    }
    for (const name of this.program.changed) {
      this.#refusals.add(
        "a model that changes its buffers or inputs: call model.eval() before the export",
        name,
      );
    }
  }

  finish(): Model {
    const outputs = new Set<string>();
    for (const [i, output] of this.program.outputs.entries()) {
      if (output.kind !== "tensor") {
        if (output.kind !== "none") this.#refusals.add("an output that is no tensor", `output ${i}`);
        continue;
      }
      if (this.#lost.has(output.name)) continue;
      try {
        const value = this.#env.get(output.name);
        const isTaken = value.isGiven || value.content !== undefined || outputs.has(value.name);
        const name = isTaken
          ? this.#graph.node("Identity", [value.name], `${output.name}:output`)
          : value.name;
        outputs.add(name);
        this.#graph.output(name, { dtype: value.dtype, dims: value.dims });
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        this.#refusals.add(error.message, output.name);
      }
    }
    this.#refusals.throwIfAny(this.file, REMEDY);
    return this.#graph.build("exported", "PyTorch");
  }
}
