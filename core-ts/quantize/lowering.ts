import { InternalError } from "../errors.ts";
import { attr } from "../graph/attributes.ts";
import { KNIGHT_DOMAIN, type Node } from "../graph/graph.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { opRecord } from "../ops/index.ts";
import {
  type Attributes,
  type IntValue,
  type LowerContext,
  outputKind,
  type PlanView,
} from "../ops/record.ts";
import { type NodePlan, ownPlan, scaleOwner } from "../plan/plan.ts";
import { planView } from "../plan/view.ts";
import type { KnownWeights } from "../qdq/known.ts";
import { DTYPE_CODES } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { DescribedWeights } from "./quantized.ts";
import { clamp, intType, roundHalfEven } from "./scale.ts";
import { type BorderScale, HEADROOM } from "./thresholds.ts";
import type { Values } from "./values.ts";

type IntegerPlan = Extract<NodePlan, { kind: "integer" }>;

/** What all nodes of one run share. */
export interface LoweringRun {
  readonly values: Values;
  readonly borderScale: BorderScale;
  readonly kernels: Kernels;
  readonly warnings: string[];
  readonly weights: Map<string, DescribedWeights>;
  readonly borders: Map<string, IntValue>;
}

/** The context an op record writes one node with. */
export class NodeLowering implements LowerContext {
  readonly graph;
  readonly bits;
  readonly constant: PlanView["constant"];
  readonly dims: PlanView["dims"];
  readonly dtype: PlanView["dtype"];
  readonly node: Node;
  readonly kernels: Kernels;
  readonly lutLength: number;
  readonly #run: LoweringRun;

  constructor(
    readonly plan: IntegerPlan,
    run: LoweringRun,
  ) {
    const view = planView(run.values.source, plan.bits);
    this.graph = view.graph;
    this.bits = view.bits;
    this.constant = view.constant;
    this.dims = view.dims;
    this.dtype = view.dtype;
    this.node = plan.node;
    this.kernels = run.kernels;
    this.lutLength = run.values.plan.lutLength;
    this.#run = run;
  }

  operand(i: number): IntValue {
    const value = this.node.inputs[i]!;
    const constant = this.constant(value);
    if (constant) {
      if (constant.dtype !== "float32")
        throw new InternalError(`constant operand "${value}" is ${constant.dtype}`, { value });
      return this.#run.values.constant(value, constant.data, constant.dims, this.bits);
    }
    const form = this.#run.values.integers(value);
    // An op whose output has no scale of its own takes integers as they are, a state too; every other one works at its own width.
    const record = opRecord(this.node.op, this.node.domain)!;
    const takesAny = outputKind(record, this.node) !== "own" || record.wide?.operands.includes(i);
    if (takesAny || form.type.bits === this.bits) return form;
    const type = intType(this.bits, form.type.signed);
    const { observer } = ownPlan(this.#run.values.plan, this.plan.outputs[0]!)!;
    const other: IntValue = { name: "", type, scale: this.#run.borderScale(value, type, observer) };
    this.#run.borders.set(`${this.node.name}/${i}`, other);
    return { ...other, name: this.requantized(form, other, `input_${i}`) };
  }

  result(i = 0): IntValue {
    return this.#run.values.integers(this.plan.outputs[i]!);
  }

  largestOutput(i = 0): number {
    const owner = scaleOwner(this.#run.values.plan, this.plan.outputs[i]!);
    const chosen = this.#run.values.chosen.get(owner ?? "");
    if (!chosen)
      throw new InternalError(`output ${i} of "${this.node.name}" has no statistics`, {
        node: this.node.name,
      });
    return chosen.threshold;
  }

  largestInput(i: number): number | undefined {
    const value = this.node.inputs[i]!;
    const own = this.#run.values.plan.values.get(value);
    const chosen = this.#run.values.chosen.get(value);
    return own?.kind === "own" && chosen ? chosen.threshold / HEADROOM[own.bits] : undefined;
  }

  range(): { qmin: number; qmax: number } {
    const { type, scale } = this.result();
    const { activation } = this.plan;
    if (!activation) return { qmin: type.qmin, qmax: type.qmax };
    // Clamped before rounding too: an infinite bound, or one far outside, is the type's own bound.
    const integer = (real: number) =>
      clamp(roundHalfEven(clamp(real / scale, type.qmin, type.qmax)), type.qmin, type.qmax);
    return { qmin: integer(activation.lower), qmax: integer(activation.upper) };
  }

  bounds(): Attributes {
    const { qmin, qmax } = this.range();
    return {
      qmin: attr.int(qmin),
      qmax: attr.int(qmax),
      to: attr.int(DTYPE_CODES[this.result().type.dtype]),
    };
  }

  constantTensor(role: string, value: Tensor): string {
    return this.#run.values.writer.constant(`${this.node.name}/${role}`, value);
  }

  quantizedConstant(role: string, values: Float32Array, dims: readonly number[]): IntValue {
    return this.#run.values.constant(`${this.node.name}/${role}`, values, dims, this.bits);
  }

  #written(value: string): string {
    return this.#run.values.isQuantized(value) ? this.#run.values.integers(value).name : value;
  }

  #outputs(): string[] {
    return this.plan.outputs.map((value) => this.#written(value));
  }

  #origins(): string[] {
    return [...this.node.origins, ...(this.plan.activation ? [this.plan.activation.node] : [])];
  }

  emitAll(op: string, inputs: readonly string[], attrs: Attributes, count: number): void {
    const names = Array.from({ length: count }, (_, i) => this.node.outputs[i] ?? "");
    const unread = (i: number) => this.#run.values.writer.freshValue(`${this.node.name}/unread_${i}`);
    this.#emit(
      op,
      inputs,
      attrs,
      names.map((name, i) => (name === "" ? unread(i) : this.#written(name))),
    );
  }

  emit(op: string, inputs: readonly string[], attrs: Attributes): void {
    this.#emit(op, inputs, attrs, this.#outputs());
  }

  #emit(op: string, inputs: readonly string[], attrs: Attributes, outputs: readonly string[]): void {
    const part = {
      name: this.node.name,
      op,
      domain: KNIGHT_DOMAIN,
      inputs,
      outputs,
      attrs,
      origins: this.#origins(),
    };
    this.#run.values.writer.node(part);
  }

  emitStandard(inputs: readonly string[], attrs?: Attributes): void {
    for (const name of inputs) {
      const constant = this.constant(name);
      if (constant) this.#run.values.writer.keepConstant(name, constant);
    }
    this.#run.values.writer.node({
      name: this.node.name,
      op: this.node.op,
      domain: "",
      inputs,
      outputs: this.#outputs(),
      attrs: attrs ?? Object.fromEntries(this.node.attrs),
      origins: this.#origins(),
    });
  }

  requantized(from: IntValue, to: IntValue, role: string): string {
    return this.#run.values.requantize(from, to, { node: this.node.name, role });
  }

  get knownWeights(): KnownWeights | undefined {
    return this.#run.values.plan.known?.weights.get(this.node.name);
  }

  describeWeights(weights: DescribedWeights): void {
    this.#run.weights.set(this.node.name, weights);
  }

  warn(message: string): void {
    this.#run.warnings.push(`${this.node.op} node "${this.node.name}": ${message}`);
  }
}
