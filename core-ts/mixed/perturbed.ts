/** The float model with a perturbation that can be fed at every use of every source. */
import type { Backend, Feeds } from "../backend.ts";
import { openSession } from "../calibrate/calibrate.ts";
import { cloneModel } from "../graph/clone.ts";
import { replaceUses, uniqueName, valueNames } from "../graph/edit.ts";
import type { Graph, GraphValue, Model } from "../graph/graph.ts";
import { elementCount, type Tensor, tensor } from "../tensor/tensor.ts";
import type { Source } from "./uses.ts";

/** Adds a model input and a node value + input, which nothing reads yet. */
function addPerturbation(graph: Graph, value: string, taken: Set<string>) {
  const input = uniqueName(taken, `${value}/perturbation`);
  const sum = uniqueName(taken, `${value}/perturbed`);
  graph.inputs = [...graph.inputs, { name: input, type: graph.types.get(value)! }];
  const at = graph.nodes.findIndex((node) => node.outputs.includes(value)) + 1;
  const parts = { op: "Add", domain: "", inputs: [value, input], outputs: [sum] };
  const node = { name: sum, ...parts, attrs: new Map(), origins: [] };
  graph.nodes.splice(at, 0, node);
  return { input, sum, node };
}

/** Names of the inputs that perturb the uses of a source, in their order. */
function insert(graph: Graph, { value, uses }: Source, taken: Set<string>): string[] {
  let current = value;
  const inputs = new Map<string | undefined, string>();
  // All other readers first: replaceUses would rename the inputs of the sums too.
  if (uses.some(({ through }) => through === undefined)) {
    const { input, sum, node } = addPerturbation(graph, value, taken);
    replaceUses(graph, value, sum);
    node.inputs = [value, input];
    graph.outputs = graph.outputs.map((output) =>
      output.name === value ? { ...output, name: sum } : output,
    );
    inputs.set(undefined, input);
    current = sum;
  }
  for (const { through } of uses) {
    if (through === undefined) continue;
    const { input, sum } = addPerturbation(graph, value, taken);
    const reader = graph.nodes.find((node) => node.name === through)!;
    reader.inputs = reader.inputs.map((name) => (name === current ? sum : name));
    inputs.set(through, input);
  }
  return uses.map(({ through }) => inputs.get(through)!);
}

export class PerturbedModel {
  private constructor(
    private readonly session: Awaited<ReturnType<Backend["createSession"]>>,
    private readonly slots: ReadonlyMap<string, readonly string[]>,
    /** Nothing is added anywhere. */
    private readonly zeros: ReadonlyMap<string, Tensor>,
  ) {}

  /** @param list values of static shape. @param outputs what `run` answers: float32 values of static shape. */
  static async open(
    model: Model,
    list: readonly Source[],
    outputs: readonly GraphValue[],
    backend: Backend,
  ): Promise<PerturbedModel> {
    const copy = cloneModel(model);
    copy.graph.outputs = [...outputs];
    const taken = valueNames(copy.graph);
    const slots = new Map(list.map((source) => [source.value, insert(copy.graph, source, taken)]));
    const zeros = [...slots].flatMap(([value, inputs]) => {
      const dims = model.graph.types.get(value)!.dims as readonly number[];
      const zero = tensor("float32", dims, new Float32Array(elementCount(dims)));
      return inputs.map((input) => [input, zero] as const);
    });
    const session = await openSession(backend, copy, "the float model with perturbations");
    return new PerturbedModel(session, slots, new Map(zeros));
  }

  /** Elements of a value. */
  size(value: string): number {
    return elementCount(this.zeros.get(this.slots.get(value)![0]!)!.dims);
  }

  /** The outputs when `added` is added to a value, at one of its uses or at all of them; nothing is added without it. */
  async run(
    feeds: Feeds,
    at?: { readonly value: string; readonly use?: number },
    added?: Float32Array,
  ): Promise<Float32Array[]> {
    const all = new Map([...feeds, ...this.zeros]);
    const inputs = at ? this.slots.get(at.value)! : [];
    for (const input of at?.use === undefined ? inputs : [inputs[at.use]!])
      if (added) all.set(input, tensor("float32", this.zeros.get(input)!.dims, added));
    const results = await this.session.run(all);
    return [...results.values()].map((t) => (t.data as Float32Array).slice());
  }

  close(): Promise<void> {
    return this.session.release();
  }
}
