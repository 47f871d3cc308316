/** The graph that torch.export.save writes as JSON (torch/_export/serde/schema.py), as plain objects. */
import { type Argument, outputNames, readArgument } from "./argument.ts";
import type { JsonPart } from "./json.ts";

/** A size: a number, or an expression of symbols. */
export type Size = number | string;

export interface TensorMeta {
  /** A number of torch's ScalarType. */
  readonly type: number;
  readonly sizes: readonly Size[];
  readonly strides: readonly Size[];
  readonly offset: number;
}

export interface Call {
  /** For instance torch.ops.aten.add.Tensor. */
  readonly target: string;
  readonly inputs: ReadonlyMap<string, Argument>;
  readonly outputs: readonly (string | undefined)[];
  /** Module and line of the user's program, for messages. */
  readonly place: string;
}

/** A value that is given with the program: a weight, a buffer, a constant. */
export interface Given {
  readonly name: string;
  /** Its name in the module, under which its content is kept. */
  readonly key: string;
}

export interface Program {
  readonly inputs: readonly { readonly name: string; readonly argument: Argument }[];
  readonly given: readonly Given[];
  readonly outputs: readonly Argument[];
  /** Buffers that a run of the model changes. */
  readonly changed: readonly string[];
  readonly calls: readonly Call[];
  readonly tensors: ReadonlyMap<string, TensorMeta>;
  readonly ints: ReadonlyMap<string, Size>;
  readonly torch: string;
}

/** Symbol('s0', integer=True) → s0, Integer(2) → 2: how sympy's srepr writes them. */
function expression(text: string): string {
  return text.replace(/Symbol\('([^']+)'[^)]*\)/g, "$1").replace(/Integer\((-?\d+)\)/g, "$1");
}

function sizeOf(part: JsonPart): Size {
  const [key, value] = part.union();
  return key === "as_expr" ? expression(value.get("expr_str").text()) : value.number();
}

export function readMeta(part: JsonPart): TensorMeta {
  const offset = sizeOf(part.get("storage_offset"));
  return {
    type: part.get("dtype").number(),
    sizes: part.get("sizes").list().map(sizeOf),
    strides: part.get("strides").list().map(sizeOf),
    offset: typeof offset === "number" ? offset : 0,
  };
}

/** The user's own line, the last of the trace. */
function placeOf(metadata: JsonPart): string {
  const trace = metadata.get("stack_trace");
  if (typeof trace.value !== "string") return "";
  const lines = [...trace.value.matchAll(/File "([^"]+)", line (\d+)/g)];
  const last = lines.at(-1);
  return last ? `${last[1]!.split(/[\\/]/).at(-1)}:${last[2]}` : "";
}

function readCall(part: JsonPart): Call {
  const inputs = part.get("inputs").list();
  return {
    target: part.get("target").text(),
    inputs: new Map(inputs.map((one) => [one.get("name").text(), readArgument(one.get("arg"))] as const)),
    outputs: outputNames(part.get("outputs").list().map(readArgument)),
    place: placeOf(part.get("metadata")),
  };
}

const KEYS: Readonly<Record<string, string>> = {
  parameter: "parameter_name",
  buffer: "buffer_name",
  tensor_constant: "tensor_constant_name",
};

/** What comes into the graph: weights by their names in the module, and the arguments of the model. */
function readInputs(specs: readonly JsonPart[]): Pick<Program, "inputs" | "given"> {
  const inputs: Program["inputs"][number][] = [];
  const given: Given[] = [];
  for (const spec of specs) {
    const [kind, what] = spec.union();
    const key = KEYS[kind];
    if (key !== undefined) {
      given.push({ name: what.get("arg").get("name").text(), key: what.get(key).text() });
      continue;
    }
    const argument: Argument =
      kind === "user_input" ? readArgument(what.get("arg")) : { kind: "other", what: kind };
    const name = argument.kind === "tensor" ? argument.name : kind;
    // Arguments that were fixed at the export (numbers, None) are no inputs any more.
    if (!["int", "float", "bool", "string", "none"].includes(argument.kind) && kind !== "constant_input") {
      inputs.push({ name, argument });
    }
  }
  return { inputs, given };
}

function readOutputs(specs: readonly JsonPart[]): Pick<Program, "outputs" | "changed"> {
  const outputs: Argument[] = [];
  const changed: string[] = [];
  for (const spec of specs) {
    const [kind, what] = spec.union();
    if (kind === "user_output") outputs.push(readArgument(what.get("arg")));
    else if (kind === "buffer_mutation") changed.push(what.get("buffer_name").text());
    else changed.push(kind.replaceAll("_", " "));
  }
  return { outputs, changed };
}

/** @throws ModelError naming the part that is not as the schema says. */
export function readProgram(root: JsonPart): Program {
  const module = root.get("graph_module");
  const graph = module.get("graph");
  const signature = module.get("signature");
  const ints = graph.get("sym_int_values").entries();
  const torch = root.get("torch_version");
  return {
    ...readInputs(signature.get("input_specs").list()),
    ...readOutputs(signature.get("output_specs").list()),
    calls: graph.get("nodes").list().map(readCall),
    tensors: new Map(
      graph
        .get("tensor_values")
        .entries()
        .map(([name, meta]) => [name, readMeta(meta)]),
    ),
    ints: new Map(ints.map(([name, value]) => [name, sizeOf(value)])),
    torch: torch.isAbsent ? "" : torch.text(),
  };
}
