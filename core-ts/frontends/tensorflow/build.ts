/** A graph between its ends → an ONNX model, with its inputs in one order or another. */
import { ConfigError, ModelError } from "../../errors.ts";
import type { Model } from "../../graph/graph.ts";
import { GraphBuilder } from "../graph-builder.ts";
import { Refusals } from "../refusals.ts";
import { Emitter } from "./emitter.ts";
import type { Ends } from "./ends.ts";
import { Execution } from "./execution.ts";
import type { SourceModel } from "./file.ts";
import { dropUnused, renameValues } from "./finish.ts";
import { declareInput, type InputOrder, inputTypes, type Start } from "./inputs.ts";
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

/** Names the values of the outputs, with a node of their own where they are inputs, constants or outputs already: value → output. */
function declareOutputs(values: readonly Value[], { starts, ends }: Ends, to: Emitter): Map<string, string> {
  const inputs = starts.map(endpointText);
  const names = new Map<string, string>();
  for (const [i, end] of ends.entries()) {
    const [value, name] = [values[i]!, endpointText(end)];
    if (value.kind !== "tensor") {
      const why = value.kind === "dead" ? "on a branch that is never taken" : "no tensor";
      throw new ModelError(`${name} is ${why}; name another end with -enn`, { value: name });
    }
    to.at = end.node;
    const plain = to.plain(value);
    const isFree = !names.has(plain.name) && !inputs.includes(plain.name) && !to.constantOf(plain);
    const own = isFree ? plain.name : to.emit("Identity", [plain], plain, {}, "output").name;
    names.set(own, name);
    const dims = value.dims?.map((dim, axis) => dim ?? (axis === 0 ? "batch" : null)) ?? null;
    to.builder.output(own, { dtype: value.dtype, dims });
  }
  return names;
}

/** @throws ModelError, UnsupportedError, ConfigError naming all that is in the way. */
export function buildModel(source: SourceModel, between: Ends, order: InputOrder, file: string): Model {
  const { graph } = source;
  const to = new Emitter(new GraphBuilder());
  const refusals = new Refusals();
  const types = inputTypes(between.starts, graph);
  const inputs = between.starts.map((endpoint, i) => declareInput(endpoint, types[i]!, order, to));
  const run = new Execution({ graph, to, refusals, variables: constants(source, to) });
  const values = outputs(run, between.ends, inputs);
  checkRun(run, refusals, file);
  const names = declareOutputs(values, between, to);
  const model = to.builder.build("graph", "TensorFlow");
  dropUnused(model.graph);
  renameValues(model.graph, names);
  return model;
}
