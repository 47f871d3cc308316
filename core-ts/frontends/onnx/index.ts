import { CANONICAL_OPSET, IR_VERSION, type Model } from "../../graph/graph.ts";
import { verifyGraph } from "../../graph/verify.ts";
import { type ReadOptions, readModel } from "../../onnx/read.ts";
import { canonicalizeGraph } from "./canonical-graph.ts";
import { inlineFunctions } from "./inline-functions.ts";
import { checkNames, dropConstantInputs, nameNodes } from "./names.ts";
import { standardOpset } from "./opset.ts";

export { checkInputTypes } from "./input-types.ts";

/**
 * ONNX file → Model in the one form every later stage knows: opset CANONICAL_OPSET whatever the file's was, constants only as
 * initializers (never as inputs or Constant nodes), model-local functions inlined (those of ai.knight stay), every node with a
 * name of its own in the whole model, nodes in topological order; subgraphs too.
 * @throws ModelError for a broken file or graph, UnsupportedError for an opset or an old op that has no canonical form.
 */
export async function fromOnnx(bytes: Uint8Array, options: ReadOptions = {}): Promise<Model> {
  const model = await readModel(bytes, options);
  const opset = standardOpset(model);
  const { graph } = model;
  checkNames(graph);
  dropConstantInputs(graph);
  nameNodes(graph);
  const inlined = inlineFunctions(model);
  nameNodes(graph);
  canonicalizeGraph(graph, (node) => inlined.get(node) ?? opset);
  nameNodes(graph);
  verifyGraph(graph);
  model.opsets.set("", CANONICAL_OPSET);
  model.irVersion = IR_VERSION;
  return model;
}
