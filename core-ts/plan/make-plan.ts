import { type BitWidth, requireBitWidth } from "../chips/index.ts";
import { GraphIndex } from "../graph/edit.ts";
import type { Graph, Node } from "../graph/graph.ts";
import { floatOnly } from "../ops/float-only.ts";
import { opRecord } from "../ops/index.ts";
import { type OpRecord, outputKind, type PlanView } from "../ops/record.ts";
import { type FusedActivation, fusedActivation } from "../passes/activation.ts";
import { activationScale, intType } from "../quantize/scale.ts";
import { type Tensor, toNumbers } from "../tensor/tensor.ts";
import { withEmptyValues } from "./empty-values.ts";
import { withIntegerInputs } from "./input-types.ts";
import { withKnownScales } from "./known-scales.ts";
import { withLayerThreshold } from "./layer-threshold.ts";
import type { PlanOptions, Precision } from "./options.ts";
import { type NodePlan, ownPlan, type QuantPlan, type ValuePlan } from "./plan.ts";
import { keepMovementFloat } from "./settle.ts";
import { unifyScales } from "./unify-scales.ts";
import { planView } from "./view.ts";

interface Planner {
  readonly graph: Graph;
  readonly index: GraphIndex;
  readonly view: PlanView;
  readonly options: PlanOptions;
  readonly nodes: NodePlan[];
  readonly values: Map<string, ValuePlan>;
  /** Values proved never negative. */
  readonly nonNegative: Set<string>;
  /** Relu or Clip node → the node that carries it. */
  readonly absorbed: Map<Node, Node>;
}

/** Width and observer of a node's own scales. */
function precisionOf({ options }: Planner, node: Node): Precision {
  return options.mix?.get(node.name) ?? { bits: options.bits, mode: options.observer };
}

/** The width an op works at: that of its precision, or, where its output has no scale of its own, that of its operand. */
function widthOf(planner: Planner, node: Node, record: OpRecord): BitWidth {
  const [first] = record.operands(node);
  const operand = outputKind(record, node) === "own" ? undefined : ownPlan(planner, node.inputs[first!]!);
  return operand?.bits ?? precisionOf(planner, node).bits;
}

/** Whether the node, or the one that would carry it as its activation, is to stay float. */
function isHeldFloat({ options, index }: Planner, node: Node): boolean {
  const held = options.floatNodes;
  if (!held || held.size === 0) return false;
  if (held.has(node.name)) return true;
  const before = index.producer(node.inputs[0]!);
  if (!before || !held.has(before.name)) return false;
  const carries = opRecord(before.op, before.domain)?.absorbsActivation === true;
  return carries && fusedActivation(index, before)?.node === node;
}

/** Why this node can't be integer, or undefined. */
function whyNotInteger(planner: Planner, node: Node, record: OpRecord | undefined): string | undefined {
  if (!record) return floatOnly(node);
  if (isHeldFloat(planner, node)) return "it is excluded";
  const view = planView(planner.graph, precisionOf(planner, node).bits);
  const operands = record.operands(node);
  const other = operands.map((i) => node.inputs[i]!).find((value) => view.dtype(value) !== "float32");
  if (other !== undefined)
    return `its input "${other}" is ${view.dtype(other) ?? "of unknown type"}, not float32`;
  if (node.inputs.every((value) => value === "" || view.constant(value)))
    return "all its inputs are constant";
  const isFed = operands.length === 0 || operands.some((i) => !view.constant(node.inputs[i]!));
  if (outputKind(record, node) !== "shared" && !isFed) return "all its data are constant";
  return record.refuse?.(node, view);
}

/** The precision of an operand or output of a node: 16 bit where it is a state that the op carries. */
function precisionAt(planner: Planner, node: Node, wide: boolean): Precision {
  const own = precisionOf(planner, node);
  return wide ? { ...own, bits: 16 } : own;
}

const isWide = ({ wide }: OpRecord, { inputs, outputs }: Node, value: string): boolean =>
  wide !== undefined &&
  (wide.operands.some((i) => inputs[i] === value) || wide.outputs.some((i) => outputs[i] === value));

/** Precisions of the integer ops that read the value as data, looking through ops that hand integers on. */
function readersPrecisions(planner: Planner, value: string): Precision[] {
  return planner.index.consumers(value).flatMap((reader) => {
    const record = opRecord(reader.op, reader.domain);
    const isOperand = record?.operands(reader).some((i) => reader.inputs[i] === value);
    if (!isOperand || whyNotInteger(planner, reader, record) !== undefined) return [];
    const kind = outputKind(record!, reader);
    if (kind === "own") return [precisionAt(planner, reader, isWide(record!, reader, value))];
    return kind === "shared" ? reader.outputs.flatMap((name) => readersPrecisions(planner, name)) : [];
  });
}

/** What a value gets that no integer op makes: the first precision of the widest of its readers, or the model's where none has its own. */
function borderPrecision(planner: Planner, value: string): Precision {
  const { bits, observer: mode } = planner.options;
  const found = readersPrecisions(planner, value);
  return found.find((one) => one.bits === 16) ?? found[0] ?? { bits, mode };
}

/** An integer op reads this value: one that no integer op made gets a scale of its own at the border. */
function planOperand(planner: Planner, value: string, reader: Node): void {
  if (planner.view.constant(value)) {
    planner.values.set(value, { kind: "derived", from: reader.name });
    return;
  }
  const known = planner.values.get(value);
  if (known && known.kind !== "float") return;
  const { bits, mode } = borderPrecision(planner, value);
  planner.values.set(value, { kind: "own", bits, signed: true, observer: mode });
}

function isNonNegative(planner: Planner, value: string): boolean {
  const constant = planner.view.constant(value);
  return constant
    ? constant.dtype === "float32" && toNumbers(constant).every((v) => v >= 0)
    : planner.nonNegative.has(value);
}

/** The scale on which a moved constant (an embedding table) is held: all of it fits, whichever part run-time indices choose. */
function scaleOfConstant(data: Tensor, qmax: number): number {
  const largest = toNumbers(data).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return activationScale(largest, qmax);
}

/** An output that holds elements of its operand: on the operand's scale, or on that of the table they are chosen from. */
function planMoved(planner: Planner, node: Node, operand: string): ValuePlan {
  const constant = planner.view.constant(operand);
  if (!constant) return { kind: "shared", with: operand };
  const { bits, mode } = precisionOf(planner, node);
  return {
    kind: "own",
    bits,
    signed: true,
    observer: mode,
    scale: scaleOfConstant(constant, intType(bits, true).qmax),
  };
}

function planOutput(planner: Planner, value: string, node: Node, record: OpRecord): ValuePlan {
  const precision = precisionAt(planner, node, isWide(record, node, value));
  // A fused activation's output stands for output 0.
  switch (outputKind(record, node, Math.max(0, node.outputs.indexOf(value)))) {
    case "own":
      return {
        kind: "own",
        bits: precision.bits,
        signed: !(planner.options.chip.unsignedActivations && planner.nonNegative.has(value)),
        observer: record.observer?.(node, planner.view, precision) ?? precision.mode,
      };
    case "shared":
      return planMoved(planner, node, node.inputs[record.operands(node)[0]!]!);
    case "first":
      return { kind: "shared", with: node.outputs[0]! };
    case "index":
      return { kind: "float", because: "it is an index or a truth value" };
  }
}

function planInteger(planner: Planner, node: Node, record: OpRecord): void {
  const operands = record.operands(node).map((i) => node.inputs[i]!);
  for (const value of operands) planOperand(planner, value, node);
  const activation: FusedActivation | undefined = record.absorbsActivation
    ? fusedActivation(planner.index, node)
    : undefined;
  const signs = operands.map((value) => isNonNegative(planner, value));
  const never =
    record.nonNegative?.(node, planner.view, signs) ??
    (outputKind(record, node) === "shared" && signs[0] === true);
  const outputs = activation ? [activation.output] : node.outputs.filter((name) => name !== "");
  for (const value of outputs) {
    if (never || (activation && activation.lower >= 0)) planner.nonNegative.add(value);
    planner.values.set(value, planOutput(planner, value, node, record));
  }
  if (activation) planner.absorbed.set(activation.node, node);
  const bounds = activation && {
    node: activation.node.name,
    lower: activation.lower,
    upper: activation.upper,
  };
  const bits = widthOf(planner, node, record);
  planner.nodes.push({ kind: "integer", node, bits, activation: bounds, outputs });
}

function planFloat(planner: Planner, node: Node, because: string): void {
  planner.nodes.push({ kind: "float", node, because });
  for (const value of node.outputs) {
    if (value)
      planner.values.set(value, { kind: "float", because: `${node.op} node "${node.name}" stays float` });
  }
}

/**
 * Decides for every node whether it becomes integer and for every value how it is held, before any data are read.
 * @throws ConfigError when the chip has no arithmetic of the wanted width.
 */
export function makePlan(graph: Graph, options: PlanOptions): QuantPlan {
  for (const bits of [options.bits, ...[...(options.mix?.values() ?? [])].map((one) => one.bits)])
    requireBitWidth(options.chip, bits);
  const planner: Planner = {
    graph,
    index: new GraphIndex(graph),
    view: planView(graph, options.bits),
    options,
    nodes: [],
    values: new Map(
      graph.inputs.map(({ name }) => [name, { kind: "float", because: "it is a model input" }]),
    ),
    nonNegative: new Set(),
    absorbed: new Map(),
  };
  for (const node of graph.nodes) {
    const carrier = planner.absorbed.get(node);
    const record = opRecord(node.op, node.domain);
    const because = whyNotInteger(planner, node, record);
    if (carrier) planner.nodes.push({ kind: "absorbed", node, into: carrier.name });
    else if (because !== undefined) planFloat(planner, node, because);
    else planInteger(planner, node, record!);
  }
  const settled = keepMovementFloat({
    chip: options.chip,
    nodes: planner.nodes,
    values: planner.values,
    lutLength: options.lutLength,
  });
  const filled = withEmptyValues(settled, planner.view);
  const fed = withIntegerInputs(filled, options.inputTypes ?? new Map());
  const scaled = options.known ? withKnownScales(fed, options.known) : fed;
  const unified = options.unifyScales ? unifyScales(scaled) : scaled;
  return options.layerThreshold === undefined ? unified : withLayerThreshold(unified, options.layerThreshold);
}
