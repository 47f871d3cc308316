/** The float model with a perturbation that can be fed at the output of every quantized node. */
import type { Backend, Feeds } from "../backend.ts";
import { openSession } from "../calibrate/calibrate.ts";
import { cloneModel } from "../graph/clone.ts";
import { replaceUses, uniqueName, valueNames } from "../graph/edit.ts";
import type { Model } from "../graph/graph.ts";
import { elementCount, type Tensor, tensor } from "../tensor/tensor.ts";

interface Slot {
  /** Model input that is added to the value. */
  readonly input: string;
  readonly dims: readonly number[];
}

/** y → y + input, for all readers of y and for the model's outputs. */
function insert(model: Model, value: string, taken: Set<string>): Slot {
  const { graph } = model;
  const type = graph.types.get(value)!;
  const input = uniqueName(taken, `${value}/perturbation`);
  const sum = uniqueName(taken, `${value}/perturbed`);
  replaceUses(graph, value, sum);
  graph.outputs = graph.outputs.map((output) => (output.name === value ? { ...output, name: sum } : output));
  graph.inputs = [...graph.inputs, { name: input, type }];
  const at = graph.nodes.findIndex((node) => node.outputs.includes(value)) + 1;
  const node = {
    name: sum,
    op: "Add",
    domain: "",
    inputs: [value, input],
    outputs: [sum],
    attrs: new Map(),
    origins: [],
  };
  graph.nodes.splice(at, 0, node);
  return { input, dims: type.dims as readonly number[] };
}

export class PerturbedModel {
  private constructor(
    private readonly session: Awaited<ReturnType<Backend["createSession"]>>,
    private readonly slots: ReadonlyMap<string, Slot>,
    /** Nothing is added anywhere. */
    private readonly zeros: ReadonlyMap<string, Tensor>,
  ) {}

  /** @param values float32 values of static shape. */
  static async open(model: Model, values: readonly string[], backend: Backend): Promise<PerturbedModel> {
    const copy = cloneModel(model);
    const taken = valueNames(copy.graph);
    const slots = new Map(values.map((value) => [value, insert(copy, value, taken)]));
    const zero = ({ input, dims }: Slot) =>
      [input, tensor("float32", dims, new Float32Array(elementCount(dims)))] as const;
    const session = await openSession(backend, copy, "the float model with perturbations");
    return new PerturbedModel(session, slots, new Map([...slots.values()].map(zero)));
  }

  /** Elements of a value. */
  size(value: string): number {
    return elementCount(this.slots.get(value)!.dims);
  }

  /** The model's float outputs when `added` is added to `value`; nothing is added without it. */
  async run(feeds: Feeds, value?: string, added?: Float32Array): Promise<Float32Array[]> {
    const all = new Map([...feeds, ...this.zeros]);
    const slot = value === undefined ? undefined : this.slots.get(value)!;
    if (slot && added) all.set(slot.input, tensor("float32", slot.dims, added));
    const results = await this.session.run(all);
    return [...results.values()].flatMap((t) => (t.dtype === "float32" ? [t.data.slice()] : []));
  }

  close(): Promise<void> {
    return this.session.release();
  }
}
