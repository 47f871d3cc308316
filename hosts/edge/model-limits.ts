import { onnx, toNumber } from "../../core-ts/onnx/proto.ts";
import type { JobRequest } from "../shared/job/index.ts";
import type { EdgeConfig } from "./config.ts";
import { Problem } from "./problem.ts";

type Limits = Pick<EdgeConfig, "maxTensors" | "maxElements">;
type Graph = onnx.GraphProto.$Properties;
type Node = onnx.NodeProto.$Properties;
type Dims = Iterable<Parameters<typeof toNumber>[0]> | null | undefined;

function elements(dims: Dims): number {
  return [...(dims ?? [])].reduce<number>((product, dim) => product * toNumber(dim), 1);
}

/** Walks graphs, subgraphs and functions of a decoded model and counts. */
class Census {
  #tensors = 0;

  constructor(
    private readonly limits: Limits,
    /** Stands for every dimension that the model leaves open. */
    private readonly batch: number,
  ) {}

  graph({ node, initializer, input }: Graph): void {
    this.#count((node?.length ?? 0) + (initializer?.length ?? 0));
    const constants = new Set(initializer?.map(({ name }) => name));
    for (const { name, dims } of initializer ?? []) this.#size(elements(dims), `constant "${name}"`);
    for (const { name, type } of input ?? []) {
      if (constants.has(name)) continue;
      const dims = type?.tensorType?.shape?.dim ?? [];
      const sizes = dims.map(({ dimValue }) => dimValue ?? this.batch);
      this.#size(elements(sizes), `input "${name}"`);
    }
    this.nodes(node ?? []);
  }

  nodes(nodes: readonly Node[]): void {
    for (const { name, attribute } of nodes) {
      for (const { t, tensors, g, graphs } of attribute ?? []) {
        for (const tensor of [t, ...(tensors ?? [])])
          if (tensor) this.#size(elements(tensor.dims), `a constant of node "${name}"`);
        for (const graph of [g, ...(graphs ?? [])]) if (graph) this.graph(graph);
      }
    }
  }

  #count(more: number): void {
    this.#tensors += more;
    if (this.#tensors <= this.limits.maxTensors) return;
    throw new Problem(
      "LIMIT",
      `the model has more than ${this.limits.maxTensors} nodes and constants, this server's limit`,
    );
  }

  #size(count: number, what: string): void {
    if (count <= this.limits.maxElements) return;
    throw new Problem(
      "LIMIT",
      `${what} of the model has ${count} elements, this server's limit is ${this.limits.maxElements}`,
    );
  }
}

/** Samples in the largest batch that the options ask for; what is no number the job refuses. */
function largestBatch(options: JobRequest["options"] = {}): number {
  const asked = ["batch-size", "batch_size", "ir-batch", "ir_batch"].map((key) => Number(options[key] ?? 1));
  return Math.max(1, ...asked.filter((size) => Number.isFinite(size)));
}

/**
 * Looks at the sizes that a model states before anything is made of them. What is no model is left to the job, which says so.
 * @throws Problem LIMIT.
 */
export function checkModel({ model, options }: JobRequest, limits: Limits): void {
  const census = new Census(limits, largestBatch(options));
  const { bytes } = model;
  let proto: onnx.ModelProto.$Properties;
  try {
    proto = onnx.ModelProto.decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch {
    return;
  }
  if (proto.graph) census.graph(proto.graph);
  for (const { node } of proto.functions ?? []) census.nodes(node ?? []);
}
