import { FIXED_OPS, functionsUsed, isFixedOp } from "../core-ts/fixed/index.ts";
import { attr } from "../core-ts/graph/attributes.ts";
import {
  type Attribute,
  CANONICAL_OPSET,
  type Graph,
  IR_VERSION,
  KNIGHT_DOMAIN,
  type Model,
} from "../core-ts/graph/graph.ts";
import type { Tensor } from "../core-ts/tensor/tensor.ts";
import type { CaseAttributes, ConformanceCase } from "./case.ts";

function attribute(value: CaseAttributes[string]): Attribute {
  if (typeof value === "string") return attr.string(value);
  return typeof value === "number" ? attr.int(value) : attr.ints(value);
}

const inputName = (k: number, i: number): string => `case_${k}_input_${i}`;

/** The output of the model of cases that belongs to case k. */
export const outputName = (k: number): string => `case_${k}_output`;

/** Outputs of the node of case k: a function's node must name all of them, also those that nobody reads. */
function outputNames(k: number, { op, output = 0 }: ConformanceCase): string[] {
  const count = isFixedOp(op) ? FIXED_OPS[op].build().outputs.length : 1;
  return Array.from({ length: count }, (_, i) => (i === output ? outputName(k) : `case_${k}_unread_${i}`));
}

/** Nodes and values of the cases, case k reading case_k_input_i and writing case_k_output. */
function caseGraph(cases: readonly ConformanceCase[]): Graph {
  const graph: Graph = {
    name: "cases",
    inputs: [],
    outputs: [],
    nodes: [],
    initializers: new Map(),
    types: new Map(),
  };
  for (const [k, one] of cases.entries()) {
    for (const [i, { tensor, constant }] of one.inputs.entries()) {
      const name = inputName(k, i);
      if (constant) graph.initializers.set(name, tensor);
      else graph.inputs.push({ name, type: { dtype: tensor.dtype, dims: tensor.dims } });
    }
    graph.outputs.push({ name: outputName(k), type: { dtype: one.expected.dtype, dims: null } });
    graph.nodes.push({
      name: `case_${k}`,
      op: one.op,
      domain: KNIGHT_DOMAIN,
      inputs: one.inputs.map((_, i) => inputName(k, i)),
      outputs: outputNames(k, one),
      attrs: new Map(Object.entries(one.attrs).map(([name, value]) => [name, attribute(value)])),
      origins: [],
    });
  }
  return graph;
}

/** A model with one node per case. */
export function caseModel(cases: readonly ConformanceCase[]): Model {
  const graph = caseGraph(cases);
  const opsets = new Map([
    ["", CANONICAL_OPSET],
    [KNIGHT_DOMAIN, 1],
  ]);
  return {
    graph,
    opsets,
    irVersion: IR_VERSION,
    producerName: "Knight cases",
    producerVersion: "1",
    functions: functionsUsed(graph.nodes),
    metadata: new Map(),
  };
}

/** What must be fed to `caseModel` of the same cases. */
export function caseFeeds(cases: readonly Pick<ConformanceCase, "inputs">[]): Map<string, Tensor> {
  const feeds = new Map<string, Tensor>();
  for (const [k, one] of cases.entries()) {
    for (const [i, { tensor, constant }] of one.inputs.entries())
      if (!constant) feeds.set(inputName(k, i), tensor);
  }
  return feeds;
}
