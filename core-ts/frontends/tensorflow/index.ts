/**
 * Graphs of TensorFlow, frozen (GraphDef) or as a SavedModel → ONNX. Images turn from NHWC to NCHW once, at the input or where it is needed first:
 * every value carries the order its axes lie in, and ops take it as it lies wherever they can.
 */
import { ConfigError, InternalError, ModelError } from "../../errors.ts";
import type { Model } from "../../graph/graph.ts";
import type { ConversionRequest, Converter } from "../converter.ts";
import { GraphBuilder } from "../graph-builder.ts";
import { Refusals } from "../refusals.ts";
import { Emitter } from "./emitter.ts";
import { findEnds } from "./ends.ts";
import { Execution } from "./execution.ts";
import { readModel, type SourceModel } from "./file.ts";
import { dropUnused, renameValues } from "./finish.ts";
import { declareInputs, type Start } from "./inputs.ts";
import { type Endpoint, endpointText } from "./node.ts";
import type { TensorValue, Value } from "./value.ts";

const REMEDY =
  "Cut these parts off with -snn and -enn, for instance to do the postprocessing outside, or build the model from other ops.";
const SHOWN = 8;

function listed(names: ReadonlySet<string>): string {
  const all = [...names].map((name) => `"${name}"`);
  return `${all.slice(0, SHOWN).join(", ")}${all.length > SHOWN ? ", ..." : ""}`;
}

/** @throws what keeps the graph from being converted, the most helpful first. */
function checkRun(run: Execution, refusals: Refusals, file: string): void {
  const { inputs, variables } = run.missing;
  if (variables.size > 0) {
    throw new ModelError(
      `${file} is not frozen: the values of ${variables.size} variables are not in it (${listed(variables)}); freeze it (convert_variables_to_constants), or give the folder of the SavedModel with its variables`,
      { file },
    );
  }
  refusals.throwIfAny(file, REMEDY);
  if (inputs.size > 0) {
    throw new ConfigError(
      `-snn/--start-node-names lacks ${listed(inputs)}, which the end nodes need; name every input`,
      {
        option: "-snn/--start-node-names",
      },
    );
  }
}

function outputs(run: Execution, ends: readonly Endpoint[], starts: readonly Start[]): Value[] {
  const found = new Map<string, Value[]>();
  for (const { endpoint, value } of starts) {
    const all = found.get(endpoint.node) ?? [];
    all[endpoint.index] = value;
    found.set(endpoint.node, all);
  }
  const scope = run.scope(run.surroundings.graph.nodes, "", found);
  return ends.map((end) => run.value(scope, end));
}

/** Values of a SavedModel's variables, each a constant that is written once. */
function constants(source: SourceModel, to: Emitter): Map<string, () => TensorValue> {
  const made = new Map<string, TensorValue>();
  return new Map(
    [...source.variables].map(([name, read]) => [
      name,
      () => {
        const value = made.get(name) ?? to.constant(read());
        made.set(name, value);
        return value;
      },
    ]),
  );
}

interface Outputs {
  readonly builder: GraphBuilder;
  readonly to: Emitter;
  readonly inputs: readonly Start[];
  /** ONNX value → output. */
  readonly taken: Map<string, string>;
}

/** Declares an output; values that are inputs, constants or outputs already need a node of their own. */
function declareOutput(value: Value, end: Endpoint, { builder, to, inputs, taken }: Outputs): void {
  const name = endpointText(end);
  if (value.kind !== "tensor") {
    throw new ModelError(
      `${name} is ${value.kind === "dead" ? "on a branch that is never taken" : "no tensor"}; name another end with -enn`,
      {
        value: name,
      },
    );
  }
  to.at = end.node;
  const plain = to.plain(value);
  const isFree =
    !taken.has(plain.name) &&
    !inputs.some((start) => start.value.name === plain.name) &&
    !to.constantOf(plain);
  const own = isFree ? plain.name : to.emit("Identity", [plain], plain, {}, "output").name;
  taken.set(own, name);
  builder.output(own, {
    dtype: value.dtype,
    dims: value.dims ? value.dims.map((dim, i) => dim ?? (i === 0 ? "batch" : null)) : null,
  });
}

export const fromTensorflow: Converter = async (request: ConversionRequest): Promise<Model> => {
  const file = request.model.name;
  const source = await readModel(request);
  const { startNames, endNames, toChw } = request;
  const { starts, ends } = findEnds(
    { startNames, endNames, signature: source.signature },
    source.graph.nodes,
    file,
  );
  const builder = new GraphBuilder();
  const to = new Emitter(builder);
  const refusals = new Refusals();
  const { graph } = source;
  const inputs = declareInputs(starts, { graph, toChw, builder, scratch: () => new GraphBuilder() });
  const run = new Execution({ graph, to, refusals, variables: constants(source, to) });
  const values = outputs(run, ends, inputs);
  checkRun(run, refusals, file);
  const names = new Map<string, string>();
  for (const [i, end] of ends.entries())
    declareOutput(values[i]!, end, { builder, to, inputs, taken: names });
  if (names.size !== ends.length) throw new InternalError("an output was lost");
  const model = builder.build("graph", "TensorFlow");
  dropUnused(model.graph);
  renameValues(model.graph, names);
  return model;
};
