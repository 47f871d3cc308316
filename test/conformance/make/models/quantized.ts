import { DEFINITIONS } from "../../../core-as/twins/functions.ts";
import type { AttributeText } from "../onnx-text.ts";
import { valueMessage } from "../onnx-text.ts";
import { floatValues } from "./float-model.ts";
import { addition, bounds, type Form, formOf, linear, type Settings, table } from "./integers.ts";
import { before, type Layer, type Network, type Values } from "./network.ts";
import { constant, encodeWritten, type IntegerName, nodeOf, type Written } from "./written.ts";

type LayerOf<Op extends Layer["op"]> = Extract<Layer, { op: Op }>;
type Attrs = Readonly<Record<string, AttributeText>>;

/** A value of the network: its name in the file, its shape, its form. */
interface Held extends Form {
  readonly name: string;
  readonly dims: readonly number[];
}

const ELEMENT: Readonly<Record<string, number>> = { uint8: 2, int8: 3, uint16: 4, int16: 5 };
const MOVES: readonly Layer["op"][] = ["MaxPool", "Flatten"];

/** Writes a network layer by layer. */
class Writing {
  readonly written: Written = { nodes: [], initializers: [], types: [], scales: new Map() };
  readonly held = new Map<string, Held>();

  constructor(
    readonly network: Network,
    readonly settings: Settings,
    readonly unsigned: boolean,
    /** By value name, over all batches. */
    readonly seen: ReadonlyMap<string, Values>,
  ) {}

  type({ signed }: Pick<Form, "signed">): IntegerName {
    return `${signed ? "" : "u"}int${this.settings.bits}`;
  }

  hold(value: string, name: string, form: Form): Held {
    const held = { ...form, name, dims: this.seen.get(value)!.dims };
    this.held.set(value, held);
    this.written.types.push(valueMessage(name, this.type(form), held.dims));
    this.written.scales.set(name, form);
    return held;
  }

  constant(
    layer: Layer,
    role: string,
    ...rest: [Parameters<typeof constant>[1], readonly number[], readonly number[]]
  ): string {
    const name = `node_${before(layer)}/${role}`;
    this.written.initializers.push(constant(name, ...rest));
    return name;
  }

  /** The input's float32 numbers as integers. */
  quantizeInput(): void {
    const form = formOf(this.seen.get("x")!.data, true, this.settings);
    const { name } = this.hold("x", "x_quantized", form);
    this.written.initializers.push(constant("x_scale", "float32", [], [form.scale]));
    this.written.initializers.push(constant("x_zero_point", this.type(form), [], [0]));
    const parts = { inputs: ["x", "x_scale", "x_zero_point"], output: name };
    this.written.nodes.push(nodeOf("x/QuantizeLinear", "QuantizeLinear", parts));
  }

  /** Whether the chip stores the value without a sign: it can't be negative. */
  isUnsigned(layer: Layer): boolean {
    const { activation } = layer;
    if (!this.unsigned) return false;
    if (activation === "Relu" || (activation && activation.low >= 0) || layer.op === "HardSigmoid")
      return true;
    return layer.op === "Add" && [layer.x, layer.other].every((value) => !this.held.get(value)!.signed);
  }

  result(layer: Layer): Held {
    const isLast = layer === this.network.layers.at(-1);
    const name = isLast ? `${layer.y}_quantized` : layer.y;
    const x = this.held.get(layer.x)!;
    const form = MOVES.includes(layer.op)
      ? { signed: x.signed, scale: x.scale, qmin: x.qmin, qmax: x.qmax }
      : formOf(this.seen.get(layer.y)!.data, !this.isUnsigned(layer), this.settings);
    return this.hold(layer.y, name, form);
  }

  /** Saturation bounds and type of the result. */
  bounds({ activation }: Layer, y: Held): Attrs {
    const [low, high] =
      activation === "Relu"
        ? [0, Number.POSITIVE_INFINITY]
        : activation
          ? [activation.low, activation.high]
          : [];
    const range = low === undefined ? { qmin: y.qmin, qmax: y.qmax } : bounds(y, low, high!);
    return { qmin: range.qmin, qmax: range.qmax, to: ELEMENT[this.type(y)]! };
  }

  emit(layer: Layer, op: string, inputs: readonly string[], attrs: Attrs, domain = "ai.knight"): void {
    const origins = layer.activation ? [`node_${layer.y}`] : [];
    const parts = { inputs, output: this.held.get(layer.y)!.name, attrs, domain, origins };
    this.written.nodes.push(nodeOf(`node_${before(layer)}`, op, parts));
  }

  #linear(layer: LayerOf<"Conv"> | LayerOf<"Gemm">, x: Held, y: Held) {
    const wide = this.settings.bits === 16;
    const isMatrix = layer.op === "Gemm";
    const made = linear({ w: layer.w, b: layer.b, isMatrix }, { x, y, bits: this.settings.bits });
    const count = [made.m.length];
    const inputs = [
      x.name,
      this.constant(layer, "weight", wide ? "int16" : "int8", layer.w.dims, made.w),
      this.constant(layer, "bias", wide ? "int64" : "int32", count, made.bias),
      this.constant(layer, "multiplier", "int16", count, made.m),
      this.constant(layer, "shift", "int8", count, made.shift),
    ];
    const attrs = { ...this.bounds(layer, y), ...(wide ? { x_offset: -x.qmin, q1: made.q1 } : {}) };
    return { inputs, attrs, largestSum: made.largestSum };
  }

  conv(layer: LayerOf<"Conv">, x: Held, y: Held): void {
    const { inputs, attrs, largestSum } = this.#linear(layer, x, y);
    const { bits } = this.settings;
    const terms = layer.w.dims.slice(1).reduce((a, b) => a * b, 1);
    const short = (bits === 8 ? largestSum : terms * 255 * 255) < 2 ** 24;
    this.emit(layer, `${short ? "ShortConv" : "Conv"}${bits}`, inputs, {
      ...window(layer),
      ...{ group: layer.group, ...attrs },
    });
  }

  gemm(layer: LayerOf<"Gemm">, x: Held, y: Held): void {
    const { inputs, attrs, largestSum } = this.#linear(layer, x, y);
    const wide = this.settings.bits === 16;
    const narrow = largestSum < 2 ** 24 ? "ShortGemm8" : x.signed ? "Gemm8" : "GemmU8";
    const { x_offset: _, ...rest } = attrs;
    this.emit(layer, wide ? "Gemm16" : narrow, inputs, rest);
  }

  add(layer: LayerOf<"Add">, x: Held, y: Held): void {
    const other = this.held.get(layer.other)!;
    const { m, shift } = addition([x.scale / y.scale, other.scale / y.scale]);
    const multiplier = this.constant(layer, "multiplier", "int16", [2], m);
    const shifts = this.constant(layer, "shift", "int8", [1], [shift]);
    this.emit(layer, "Add", [x.name, other.name, multiplier, shifts], this.bounds(layer, y));
  }

  hardSigmoid(layer: LayerOf<"HardSigmoid">, x: Held, y: Held): void {
    const wide = this.settings.bits === 16;
    const fn = (v: number) => DEFINITIONS.hard_sigmoid(v, layer.alpha, layer.beta);
    const entries = table(fn, x, y, this.settings.bits);
    const name = this.constant(layer, "table", this.type(y), [entries.length], entries);
    const attrs = { x_offset: -x.qmin, ...(wide ? { frac_bits: 6 } : {}) };
    this.emit(layer, wide ? "Lut16" : "Lut8", [x.name, name], attrs);
  }

  maxPool(layer: LayerOf<"MaxPool">, x: Held): void {
    const { kernel_shape, strides, pads, dilations } = window(layer);
    if (this.settings.bits === 16)
      this.emit(layer, "MaxPool16", [x.name], { kernel_shape, strides, pads, dilations, ceil_mode: 0 });
    else this.emit(layer, "MaxPool", [x.name], { kernel_shape, strides, dilations, pads }, "");
  }

  layer(layer: Layer): void {
    const [x, y] = [this.held.get(layer.x)!, this.result(layer)];
    if (layer.op === "Conv") this.conv(layer, x, y);
    else if (layer.op === "Gemm") this.gemm(layer, x, y);
    else if (layer.op === "Add") this.add(layer, x, y);
    else if (layer.op === "HardSigmoid") this.hardSigmoid(layer, x, y);
    else if (layer.op === "MaxPool") this.maxPool(layer, x);
    else this.emit(layer, "Flatten", [x.name], { axis: 1 }, "");
  }

  /** Integers of the last value, held as float32. */
  castOutput(name: string): void {
    const { name: integers, ...form } = this.held.get(name)!;
    this.written.scales.set(name, form);
    this.written.nodes.push(
      nodeOf(`${name}/Cast`, "Cast", { inputs: [integers], output: name, attrs: { to: 1 } }),
    );
  }
}

function window({ kernel, stride, pad }: LayerOf<"Conv"> | LayerOf<"MaxPool">) {
  return {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    dilations: [1, 1],
  };
}

/** All values of all batches, by name. */
function observed(network: Network): Map<string, Values> {
  const all = network.batches.map((batch) => floatValues(network, batch));
  return new Map(
    [...all[0]!].map(([name, { dims }]) => [
      name,
      { dims, data: all.flatMap((values) => values.get(name)!.data) },
    ]),
  );
}

/** The file that quantizing the network must give, from the specification alone. */
export function plainQuantized(network: Network, chip: string, settings: Settings): Uint8Array {
  const writing = new Writing(network, settings, chip === "generic", observed(network));
  writing.quantizeInput();
  for (const layer of network.layers) writing.layer(layer);
  const { y: name } = network.layers.at(-1)!;
  writing.castOutput(name);
  const edges = { input: network.input, output: { name, dims: writing.seen.get(name)!.dims } };
  return encodeWritten(writing.written, chip, settings, edges);
}
