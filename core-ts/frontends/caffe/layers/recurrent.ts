/**
 * LSTM and RNN as Caffe unrolls them (lstm_layer.cpp, rnn_layer.cpp): x is [steps, batch, ...], cont [steps, batch] is 0 where a sequence begins
 * and 1 where it goes on. With a constant cont of one sequence the LSTM is ONNX's; otherwise it is written step by step.
 * The state before the first step is 0, or the exposed one.
 */
import { attr } from "../../../graph/attributes.ts";
import { elementCount, tensor, toNumbers } from "../../../tensor/tensor.ts";
import type { Blob, LayerContext, LayerConverter } from "../context.ts";
import { transposed } from "./inner-product.ts";

interface Sequence {
  readonly steps: number;
  readonly batch: number;
  readonly inputs: number;
  readonly hidden: number;
  /** Rows of the weights: hidden times the number of gates. */
  readonly rows: number;
  /** Its weights stand before those of the hidden state. */
  readonly fixed: Blob | undefined;
  readonly isExposed: boolean;
  /** Exposed states before the first step. */
  readonly states: readonly Blob[];
}

function sequenceOf(ctx: LayerContext, gates: number, states: number): Sequence {
  const param = ctx.param("recurrent_param");
  const [hidden, isExposed] = [param.int("num_output", 0), param.bool("expose_hidden", false)];
  const [steps = 0, batch = 0, ...rest] = ctx.bottom().dims;
  const count = ctx.bottoms.length - (isExposed ? states : 0);
  if (hidden < 1 || rest.length === 0 || (count !== 2 && count !== 3)) {
    throw ctx.broken(
      `has ${ctx.bottoms.length} bottoms and num_output ${hidden}; expected data, cont and at most one more`,
    );
  }
  return {
    ...{ steps, batch, hidden, isExposed, inputs: elementCount(rest), rows: gates * hidden },
    fixed: count === 3 ? ctx.bottom(2) : undefined,
    states: ctx.bottoms.slice(count),
  };
}

/** Learned weights [rows, columns] as the right operand of MatMul. */
function right(ctx: LayerContext, i: number, [rows, columns]: readonly [number, number]): string {
  const turned = transposed(ctx.blob(i, [rows, columns]).data, rows, columns);
  return ctx.graph.constant(ctx.inner(`blob${i}`), tensor("float32", [columns, rows], turned));
}

/** W·x + b of all steps at once, with what the input that is the same in every step adds: [steps, batch, rows]. */
function transformed(ctx: LayerContext, sequence: Sequence): string {
  const { steps, batch, inputs, rows, fixed } = sequence;
  const x = ctx.bottom();
  const flat = x.dims.length === 3 ? x.value : ctx.reshaped(x, [steps, batch, inputs], "flat");
  const product = ctx.step("MatMul", [flat, right(ctx, 0, [rows, inputs])], "product");
  const sum = ctx.step("Add", [product, ctx.weight(1, [rows])], "transformed");
  if (!fixed) return sum;
  const width = elementCount(fixed.dims.slice(1));
  const lines = ctx.reshaped(fixed, [batch, width], "static");
  return ctx.step(
    "Add",
    [sum, ctx.step("MatMul", [lines, right(ctx, 2, [rows, width])], "staticproduct")],
    "inputs",
  );
}

/** Cuts [steps, ...] into one value a step, [1, ...]. */
function eachStep(ctx: LayerContext, value: string, steps: number, what: string): string[] {
  if (steps === 1) return [value];
  const names = Array.from({ length: steps }, (_, t) => ctx.inner(`${what}${t}`));
  const sizes = ctx.ints(
    `${what}sizes`,
    names.map(() => 1),
  );
  return ctx.graph.nodes("Split", [value, sizes], names, { axis: attr.int(0) });
}

interface Walk {
  readonly inputs: readonly string[];
  /** 0 or 1 a sample, [1, batch, 1]. */
  readonly conts: readonly string[];
}

/** Each step becomes a dozen nodes. */
const MOST_STEPS = 1024;

function walkOf(ctx: LayerContext, sequence: Sequence): Walk {
  const { steps, batch } = sequence;
  if (steps > MOST_STEPS) ctx.refuse(`${ctx.layer.type} of more than ${MOST_STEPS} steps`);
  const inputs = eachStep(ctx, transformed(ctx, sequence), steps, "input");
  return {
    inputs,
    conts: eachStep(ctx, ctx.reshaped(ctx.bottom(1), [steps, batch, 1], "cont"), steps, "cont"),
  };
}

function joined(ctx: LayerContext, parts: readonly string[], { steps, batch, hidden }: Sequence): Blob {
  const dims = [steps, batch, hidden];
  if (parts.length === 1) return ctx.top("Identity", parts, dims);
  return ctx.top("Concat", parts, dims, { axis: attr.int(0) });
}

/** The exposed states after the last step, as further tops. */
function exposed(
  ctx: LayerContext,
  values: readonly string[],
  { isExposed, batch, hidden }: Sequence,
): Blob[] {
  if (!isExposed) return [];
  return values.map((value, i) => ctx.top("Identity", [value], [1, batch, hidden], {}, i + 1));
}

/** One step of the LSTM: gates in the order i, f, o, g. */
function lstmStep(ctx: LayerContext, gates: string, forgotten: string | undefined, t: number) {
  const names = ["i", "f", "o", "g"].map((gate) => ctx.inner(`${gate}in${t}`));
  const sizes = { axis: attr.int(2), num_outputs: attr.int(4) };
  const [i, f, o, g] = ctx.graph.nodes("Split", [gates], names, sizes) as [string, string, string, string];
  const act = (op: string, value: string, what: string) => ctx.step(op, [value], `${what}${t}`);
  const added = ctx.step("Mul", [act("Sigmoid", i, "i"), act("Tanh", g, "g")], `added${t}`);
  const kept = forgotten && ctx.step("Mul", [act("Sigmoid", f, "f"), forgotten], `kept${t}`);
  const c = kept ? ctx.step("Add", [kept, added], `c${t}`) : added;
  return { c, h: ctx.step("Mul", [act("Sigmoid", o, "o"), act("Tanh", c, "ctanh")], `h${t}`) };
}

function unrolledLstm(ctx: LayerContext, sequence: Sequence): Blob[] {
  const { hidden, rows, fixed, states } = sequence;
  const { inputs, conts } = walkOf(ctx, sequence);
  const recurrence = right(ctx, fixed ? 3 : 2, [rows, hidden]);
  let [h, c] = states.map(({ value }) => value);
  const all: string[] = [];
  for (const [t, input] of inputs.entries()) {
    const old = h && ctx.step("Mul", [h, conts[t]!], `hcont${t}`);
    const product = old && ctx.step("MatMul", [old, recurrence], `product${t}`);
    const gates = product ? ctx.step("Add", [product, input], `gates${t}`) : input;
    ({ h, c } = lstmStep(ctx, gates, c && ctx.step("Mul", [c, conts[t]!], `ccont${t}`), t));
    all.push(h);
  }
  return [joined(ctx, all, sequence), ...exposed(ctx, [h!, c!], sequence)];
}

/** Whether cont is known to be 0 (or anything) at the first step and 1 at the others. */
function isOneSequence(ctx: LayerContext, { batch, states }: Sequence): boolean {
  const cont = ctx.graph.constantOf(ctx.bottom(1).value);
  return (
    cont !== undefined &&
    states.length === 0 &&
    toNumbers(cont)
      .slice(batch)
      .every((one) => one === 1)
  );
}

/** Caffe's rows i, f, o, g in ONNX's order i, o, f, g. */
function reordered(data: Float32Array, hidden: number): Float32Array {
  const width = data.length / 4;
  const size = width / hidden;
  return Float32Array.from(
    data,
    (_, k) => data[[0, 2, 1, 3][Math.floor(k / width)]! * hidden * size + (k % width)]!,
  );
}

function wholeLstm(ctx: LayerContext, { steps, batch, inputs, hidden, rows }: Sequence): Blob[] {
  const x = ctx.bottom();
  const flat = x.dims.length === 3 ? x.value : ctx.reshaped(x, [steps, batch, inputs], "flat");
  const constant = (what: string, dims: readonly number[], data: Float32Array) =>
    ctx.graph.constant(ctx.inner(what), tensor("float32", dims, data));
  const w = constant("W", [1, rows, inputs], reordered(ctx.blob(0, [rows, inputs]).data, hidden));
  const r = constant("R", [1, rows, hidden], reordered(ctx.blob(2, [rows, hidden]).data, hidden));
  const both = new Float32Array(2 * rows);
  both.set(reordered(ctx.blob(1, [rows]).data, hidden));
  const b = constant("B", [1, 2 * rows], both);
  const y = ctx.step("LSTM", [flat, w, r, b], "Y", { hidden_size: attr.int(hidden) });
  return [ctx.top("Squeeze", [y, ctx.ints("axes", [1])], [steps, batch, hidden])];
}

const lstm: LayerConverter = (ctx) => {
  const sequence = sequenceOf(ctx, 4, 2);
  const isWhole = !sequence.fixed && !sequence.isExposed && isOneSequence(ctx, sequence);
  return isWhole ? wholeLstm(ctx, sequence) : unrolledLstm(ctx, sequence);
};

/** h = tanh(W·x + U·cont·h + b), o = tanh(V·h + d). */
const rnn: LayerConverter = (ctx) => {
  const sequence = sequenceOf(ctx, 1, 1);
  const { hidden, fixed, states } = sequence;
  const { inputs, conts } = walkOf(ctx, sequence);
  const first = fixed ? 3 : 2;
  const recurrence = right(ctx, first, [hidden, hidden]);
  const out = right(ctx, first + 1, [hidden, hidden]);
  const bias = ctx.weight(first + 2, [hidden]);
  let h = states[0]?.value;
  const all = inputs.map((input, t) => {
    const old =
      h && ctx.step("MatMul", [ctx.step("Mul", [h, conts[t]!], `hcont${t}`), recurrence], `product${t}`);
    h = ctx.step("Tanh", [old ? ctx.step("Add", [old, input], `sum${t}`) : input], `h${t}`);
    const o = ctx.step("Add", [ctx.step("MatMul", [h, out], `oproduct${t}`), bias], `osum${t}`);
    return ctx.step("Tanh", [o], `o${t}`);
  });
  return [joined(ctx, all, sequence), ...exposed(ctx, [h!], sequence)];
};

export const RECURRENT = { LSTM: lstm, RNN: rnn } as const satisfies Record<string, LayerConverter>;
