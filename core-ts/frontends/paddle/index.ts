import type { Model } from "../../graph/graph.ts";
import type { ConversionRequest, Converter } from "../converter.ts";
import { GraphBuilder } from "../graph-builder.ts";
import { Refusals } from "../refusals.ts";
import { OpContext } from "./context.ts";
import { inputsOf } from "./input-shapes.ts";
import { converterOfOp } from "./ops/index.ts";
import { isPir, readPir } from "./pir/read-pir.ts";
import type { Op, Program } from "./program.ts";
import { readParams } from "./read-params.ts";
import { readProgram } from "./read-program.ts";
import { Refused } from "./refused.ts";
import { Scope } from "./scope.ts";

const REMEDY =
  "Export the model without these ops (for instance without its post-processing), or convert it to ONNX with paddle2onnx and give it with -f onnx.";

/** The file's name without folder and ending. */
const stem = (file: string): string => file.replace(/^.*[\\/]/, "").replace(/\.[^.]*$/, "");

/** The conversion of an op, made by its table entry. */
function convertOp(op: Op, graph: GraphBuilder, scope: Scope): void {
  const convert = converterOfOp(op.type);
  if (!convert) throw new Refused(`op "${op.type}"`);
  convert(new OpContext(op, graph, scope));
}

function convertOps(program: Program, graph: GraphBuilder, scope: Scope): void {
  const refusals = new Refusals();
  for (const op of program.ops) {
    try {
      convertOp(op, graph, scope);
    } catch (error) {
      const outputs = [...op.outputs.values()].flat();
      // Once an op is refused, what is said of values behind it may be wrong; only refusals go on being gathered.
      if (error instanceof Refused) refusals.add(error.message, outputs[0] ?? op.type);
      else if (refusals.isEmpty) throw error;
      for (const name of outputs) scope.bind(name, name);
    }
  }
  refusals.throwIfAny(program.file, REMEDY);
}

/** Declares what is fetched; a value that is an input, a constant or fetched twice gets a name of its own. */
function declareOutputs(program: Program, graph: GraphBuilder, scope: Scope): void {
  const taken = new Set(program.feeds);
  for (const name of program.fetches) {
    const { value, dims, dtype } = scope.operand(name);
    const isFree = !taken.has(value) && graph.constantOf(value) === undefined;
    const output = isFree ? value : graph.node("Identity", [value], name);
    taken.add(output);
    const isKnown = dims.every((dim) => dim >= 0);
    graph.output(output, isKnown ? { dtype, dims } : null);
  }
}

/**
 * An inference program and its parameters → ONNX, op by op; inputs and outputs keep the names of their variables. Shapes that the program leaves
 * open stay open, unless -is fills them: what depends on them is computed when the model runs.
 */
export const fromPaddle: Converter = async (request: ConversionRequest): Promise<Model> => {
  const { model } = request;
  const program = isPir(model) ? readPir(model) : readProgram(model);
  const inputs = inputsOf(program, request);
  const graph = new GraphBuilder();
  const scope = new Scope(program, await readParams(program, request), graph, inputs);
  convertOps(program, graph, scope);
  declareOutputs(program, graph, scope);
  return graph.build(stem(program.file), "PaddlePaddle");
};
