import { attr } from "../../core-ts/graph/attributes.ts";
import type { Attribute, Graph, GraphValue, Model, Node } from "../../core-ts/graph/graph.ts";
import { CANONICAL_OPSET, IR_VERSION } from "../../core-ts/graph/graph.ts";
import { writeModel } from "../../core-ts/onnx/write.ts";
import {
  type PipelineHost,
  type Prepared,
  prepare,
  quantizeModel,
  startCalibration,
  startEvaluation,
} from "../../core-ts/pipeline.ts";
import { type Tensor, tensor } from "../../core-ts/tensor/tensor.ts";
import { nodeBackend } from "./backends.ts";
import { loadKernels } from "./kernels.ts";
import { normals, random } from "./numbers.ts";

export interface OneOp {
  readonly op: string;
  /** Shapes of the activations, in input order; a Tensor is a constant, null an absent input. */
  readonly inputs: readonly (readonly number[] | Tensor | null)[];
  readonly attrs?: Readonly<Record<string, Attribute>>;
  readonly outputs?: number;
  /** Spread of the activations. */
  readonly spread?: number;
  /** Brings a normal number into the domain of the op. */
  readonly domain?: (x: number) => number;
  /** An activation behind the op. */
  readonly activation?: "Relu";
}

function node(
  name: string,
  op: string,
  inputs: string[],
  outputs: string[],
  attrs: Readonly<Record<string, Attribute>> = {},
): Node {
  return { name, op, domain: "", inputs, outputs, attrs: new Map(Object.entries(attrs)), origins: [] };
}

/** A model of this one op. */
export function modelOf(spec: OneOp): Model {
  const initializers = new Map<string, Tensor>();
  const inputs: GraphValue[] = [];
  const names = spec.inputs.map((input, i) => {
    if (input === null) return "";
    const name = `x${i}`;
    if ("dtype" in input) initializers.set(name, input);
    else inputs.push({ name, type: { dtype: "float32", dims: input } });
    return name;
  });
  const outputs = Array.from({ length: spec.outputs ?? 1 }, (_, i) => `y${i}`);
  const nodes = [node("the_op", spec.op, names, outputs, spec.attrs)];
  if (spec.activation) nodes.push(node("the_activation", spec.activation, ["y0"], ["z"]));
  const last = spec.activation ? ["z"] : outputs;
  const graph: Graph = {
    name: "one_op",
    inputs,
    outputs: last.map((name) => ({ name, type: null })),
    nodes,
    initializers,
    types: new Map(),
  };
  return {
    graph,
    opsets: new Map([["", CANONICAL_OPSET]]),
    irVersion: IR_VERSION,
    producerName: "test",
    producerVersion: "",
    functions: [],
    metadata: new Map(),
  };
}

export async function testHost(): Promise<PipelineHost> {
  return {
    backend: nodeBackend(),
    kernels: await loadKernels("simd"),
    log: () => undefined,
    toolVersion: "test",
  };
}

export interface OneOpResult {
  readonly prepared: Prepared;
  /** Signal-to-noise ratio of each output in dB: float model in ONNX Runtime against the fixed model in ONNX Runtime. */
  readonly sqnrDb: number[];
  /** Share of equal elements, for outputs that are not float. */
  readonly equal: number[];
  readonly warnings: readonly string[];
}

function inDomain(t: Tensor, map: OneOp["domain"]): Tensor {
  return map ? tensor("float32", t.dims, (t.data as Float32Array).map(map)) : t;
}

/** Calibrates on 16 random batches with min_max, quantizes, and compares on the same batches. */
export async function quantizeOne(
  spec: OneOp,
  options: { bits: 8 | 16; chip?: string; seed?: number },
): Promise<OneOpResult> {
  const host = await testHost();
  const model = modelOf(spec);
  const chip = options.chip ?? "TX5368AV200";
  const prepared = await prepare(
    writeModel(model),
    { chip, bits: options.bits, mode: "min_max", percent: 1, irBatch: 1, lutLen: 10, outputDequant: false },
    host,
  );
  const next = random(options.seed ?? 1);
  const batches = Array.from(
    { length: 16 },
    () =>
      new Map(
        model.graph.inputs.map(({ name, type }) => [
          name,
          inDomain(normals(type!.dims as number[], next, spec.spread), spec.domain),
        ]),
      ),
  );
  const calibration = await startCalibration(prepared, host);
  const float: Map<string, Tensor>[] = [];
  for (const feeds of batches) float.push(await calibration.forward(feeds));
  const quantized = quantizeModel(prepared, calibration.ranges(), host);
  await calibration.stop();
  const evaluation = await startEvaluation(prepared, quantized, host);
  const fixed: Map<string, Tensor>[] = [];
  for (const feeds of batches) fixed.push(await evaluation.forward(feeds));
  await evaluation.stop();
  const outputs = model.graph.outputs.map(({ name }) => name);
  return {
    prepared,
    warnings: quantized.warnings,
    sqnrDb: outputs.map((name) =>
      sqnr(
        float.map((f) => f.get(name)!),
        fixed.map((f) => f.get(name)!),
      ),
    ),
    equal: outputs.map((name) =>
      sameShare(
        float.map((f) => f.get(name)!),
        fixed.map((f) => f.get(name)!),
      ),
    ),
  };
}

function sqnr(float: Tensor[], fixed: Tensor[]): number {
  let [signal, noise] = [0, 0];
  for (const [k, f] of float.entries()) {
    const [l, r] = [f.data as ArrayLike<number | bigint>, fixed[k]!.data as ArrayLike<number | bigint>];
    if (l.length !== r.length) throw new Error(`lengths differ: ${l.length} and ${r.length}`);
    for (let i = 0; i < l.length; i++) {
      signal += Number(l[i]) ** 2;
      noise += (Number(l[i]) - Number(r[i])) ** 2;
    }
  }
  return 10 * Math.log10(signal / noise);
}

function sameShare(float: Tensor[], fixed: Tensor[]): number {
  let [same, all] = [0, 0];
  for (const [k, f] of float.entries()) {
    const [l, r] = [f.data as ArrayLike<number | bigint>, fixed[k]!.data as ArrayLike<number | bigint>];
    for (let i = 0; i < l.length; i++) {
      if (l[i] === r[i]) same++;
      all++;
    }
  }
  return same / all;
}

export { attr };
