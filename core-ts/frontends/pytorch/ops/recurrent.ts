/**
 * lstm, gru, rnn_tanh and rnn_relu of torch (the form with a list of weights) as ONNX's, one node a layer. Torch keeps gates in the order
 * i f g o (LSTM) and r z n (GRU), ONNX i o f c and z r h; torch's GRU multiplies the reset gate behind the product: linear_before_reset.
 */
import { attr } from "../../../graph/attributes.ts";
import { type TensorOf, tensor } from "../../../tensor/tensor.ts";
import type { OpContext, OpConverter } from "../context.ts";
import { Value } from "../value.ts";

interface Kind {
  readonly op: "LSTM" | "GRU" | "RNN";
  /** Torch's number of each of ONNX's gates. */
  readonly gates: readonly number[];
  readonly activation?: string;
}

interface Stack {
  readonly kind: Kind;
  readonly layers: number;
  readonly directions: number;
  readonly weights: readonly (readonly TensorOf<"float32">[])[];
  readonly hidden: number;
  readonly states: readonly Value[];
}

function float32(ctx: OpContext, { content }: Value): TensorOf<"float32"> {
  return content?.dtype === "float32" ? content : ctx.refuse("weights that are computed, or not float32");
}

function stackOf(ctx: OpContext, kind: Kind): Stack {
  const params = ctx.tensors("params").map((one) => float32(ctx, one));
  const [layers, directions] = [ctx.int("num_layers"), ctx.flag("bidirectional") ? 2 : 1];
  const each = ctx.flag("has_biases", true) ? 4 : 2;
  if (ctx.flag("train") && ctx.number("dropout", 0) !== 0) {
    ctx.refuse("train = True: call model.eval() before the export");
  }
  ctx.ignore("dropout");
  if (params.length !== layers * directions * each) ctx.refuse("a projection (proj_size)");
  const weights = Array.from({ length: layers * directions }, (_, i) =>
    params.slice(i * each, (i + 1) * each),
  );
  const hidden = params[1]!.dims[1]!;
  const states = kind.op === "LSTM" ? ctx.tensors("hx") : [ctx.tensor("hx")];
  return { kind, layers, directions, weights, hidden, states };
}

/** Rows of the gates in ONNX's order, one block after the other. */
function regrouped({ data }: TensorOf<"float32">, { gates }: Kind): Float32Array {
  const block = data.length / gates.length;
  const result = new Float32Array(data.length);
  for (const [to, from] of gates.entries()) {
    result.set(data.subarray(from * block, (from + 1) * block), to * block);
  }
  return result;
}

/** The directions of one layer on top of each other: [directions, ...]. */
function joined(
  ctx: OpContext,
  what: string,
  parts: readonly Float32Array[],
  dims: readonly number[],
): string {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return ctx.constant(what, tensor("float32", dims, whole));
}

function layerWeights(ctx: OpContext, { kind, weights, directions, hidden }: Stack, layer: number): string[] {
  const own = weights.slice(layer * directions, (layer + 1) * directions);
  const rows = kind.gates.length * hidden;
  const part = (i: number) => own.map((one) => regrouped(one[i]!, kind));
  const inputs = own[0]![0]!.dims[1]!;
  const names = [
    joined(ctx, `W${layer}`, part(0), [directions, rows, inputs]),
    joined(ctx, `R${layer}`, part(1), [directions, rows, hidden]),
  ];
  if (own[0]!.length < 4) return names;
  const biases = own.flatMap((one) => [regrouped(one[2]!, kind), regrouped(one[3]!, kind)]);
  return [...names, joined(ctx, `B${layer}`, biases, [directions, 2 * rows])];
}

/** The initial state of a layer; "" for zeros. */
function initial(ctx: OpContext, { states, layers, directions }: Stack, layer: number): string[] {
  return states.map((state, i) => {
    if (state.uniform === 0) return "";
    if (layers === 1) return state.name;
    const [from, to] = [layer * directions, (layer + 1) * directions];
    const ends = [ctx.int64s("from", [from]), ctx.int64s("to", [to]), ctx.int64s("axes", [0])];
    return ctx.step("Slice", [state.name, ...ends], `initial${layer}_${i}`);
  });
}

/** One layer over [steps, batch, inputs]: what every step gives, and the last states. */
function layerOf(ctx: OpContext, stack: Stack, layer: number, x: string): { y: string; states: string[] } {
  const { kind, directions, hidden } = stack;
  const weights = layerWeights(ctx, stack, layer);
  const start = initial(ctx, stack, layer);
  const attributes = {
    hidden_size: attr.int(hidden),
    ...(directions === 2 ? { direction: attr.string("bidirectional") } : {}),
    ...(kind.op === "GRU" ? { linear_before_reset: attr.int(1) } : {}),
    ...(kind.activation === undefined
      ? {}
      : {
          activations: {
            kind: "strings" as const,
            value: new Array<string>(directions).fill(kind.activation),
          },
        }),
  };
  const tail = start.every((name) => name === "") ? [] : ["", ...start];
  const padded = tail.length > 0 && weights.length < 3 ? [...weights, ""] : weights;
  const names = ["y", ...(kind.op === "LSTM" ? ["h", "c"] : ["h"])].map((what) =>
    ctx.inner(`${what}${layer}`),
  );
  const [y = "", ...states] = ctx.graph.nodes(kind.op, [x, ...padded, ...tail], names, attributes);
  if (directions === 1) {
    return { y: ctx.step("Squeeze", [y, ctx.int64s("axes", [1])], `sequence${layer}`), states };
  }
  const beside = ctx.step("Transpose", [y], `beside${layer}`, { perm: attr.ints([0, 2, 1, 3]) });
  const shape = ctx.int64s("shape", [0, 0, directions * hidden]);
  return { y: ctx.step("Reshape", [beside, shape], `sequence${layer}`), states };
}

const turned = (ctx: OpContext, x: string, what: string): string =>
  ctx.step("Transpose", [x], what, { perm: attr.ints([1, 0, 2]) });

const recurrent =
  (kind: Kind): OpConverter =>
  (ctx) => {
    const x = ctx.tensor("input");
    if (ctx.overload !== "input" || x.rank !== 3) ctx.refuse("packed sequences, or an input without a batch");
    const stack = stackOf(ctx, kind);
    const isBatchFirst = ctx.flag("batch_first");
    let value = isBatchFirst ? turned(ctx, x.name, "steps") : x.name;
    const last: string[][] = [];
    for (let layer = 0; layer < stack.layers; layer++) {
      const { y, states } = layerOf(ctx, stack, layer, value);
      value = y;
      last.push(states);
    }
    const y = isBatchFirst ? turned(ctx, value, "batches") : value;
    const states = last[0]!.map((_, i) => {
      const own = last.map((one) => one[i]!);
      return own.length === 1 ? own[0]! : ctx.step("Concat", own, `state${i}`, { axis: attr.int(0) });
    });
    return [y, ...states].map((name, i) => ctx.made(name, i));
  };

/** One step: a sequence of length 1. */
const cell =
  (kind: Kind): OpConverter =>
  (ctx) => {
    const names = ["w_ih", "w_hh", "b_ih", "b_hh"].filter((name) => ctx.has(name));
    const weights = names.map((name) => float32(ctx, ctx.tensor(name)));
    const states = kind.op === "LSTM" ? ctx.tensors("hx") : [ctx.tensor("hx")];
    const axis = ctx.int64s("axes", [0]);
    const first = (value: Value) =>
      new Value(ctx.step("Unsqueeze", [value.name, axis], "first"), "float32", []);
    const stack = {
      ...{ kind, layers: 1, directions: 1, weights: [weights], hidden: weights[1]!.dims[1]! },
      states: states.map((state) => (state.uniform === 0 ? state : first(state))),
    };
    const last = layerOf(ctx, stack, 0, first(ctx.tensor("input")).name);
    return last.states.map((state, i) => ctx.emit("Squeeze", [state, axis], {}, i));
  };

const LSTM: Kind = { op: "LSTM", gates: [0, 3, 1, 2] };
const GRU: Kind = { op: "GRU", gates: [1, 0, 2] };

export const RECURRENT = {
  lstm: recurrent(LSTM),
  lstm_cell: cell(LSTM),
  gru: recurrent(GRU),
  gru_cell: cell(GRU),
  rnn_tanh: recurrent({ op: "RNN", gates: [0], activation: "Tanh" }),
  rnn_relu: recurrent({ op: "RNN", gates: [0], activation: "Relu" }),
} as const satisfies Record<string, OpConverter>;
