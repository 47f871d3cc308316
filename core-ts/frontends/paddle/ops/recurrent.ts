/** rnn: any number of layers, one way or both ways, of LSTM, GRU or plain cells, as ONNX's LSTM, GRU, RNN one a layer. */
import { attr } from "../../../graph/attributes.ts";
import type { Attribute } from "../../../graph/graph.ts";
import type { Convert, OpContext, Operand } from "../context.ts";

interface Cell {
  readonly op: "LSTM" | "GRU" | "RNN";
  /** Which of Paddle's gates is each of ONNX's: input, forget, cell, output → i, o, f, c; reset, update, new → z, r, h. */
  readonly gates: readonly number[];
  readonly activation?: string;
}

const CELLS: Readonly<Record<string, Cell>> = {
  LSTM: { op: "LSTM", gates: [0, 3, 1, 2] },
  GRU: { op: "GRU", gates: [1, 0, 2] },
  RNN_TANH: { op: "RNN", gates: [0], activation: "Tanh" },
  RNN_RELU: { op: "RNN", gates: [0], activation: "Relu" },
};

interface Stack {
  readonly cell: Cell;
  readonly hidden: number;
  readonly layers: number;
  readonly directions: number;
  readonly weights: readonly Operand[];
  /** Initial states, of all layers: h, and c of an LSTM. */
  readonly states: readonly Operand[];
  readonly lengths: Operand | undefined;
}

/** Blocks of rows, one a gate, in ONNX's order. */
function reordered(ctx: OpContext, { value }: Operand, { cell, hidden }: Stack): string {
  if (cell.gates.length === 1) return value;
  const blocks = ctx.graph.nodes(
    "Split",
    [
      value,
      ctx.ints(
        "lengths",
        cell.gates.map(() => hidden),
      ),
    ],
    cell.gates.map((_, i) => ctx.inner(`gate${i}`)),
    { axis: attr.int(0) },
  );
  return ctx.step(
    "Concat",
    cell.gates.map((gate) => blocks[gate]!),
    "gates",
    { axis: attr.int(0) },
  );
}

/** One tensor for the directions of a layer, which stand along a new first axis. */
function together(ctx: OpContext, values: readonly string[], what: string): string {
  const raised = values.map((value) => ctx.step("Unsqueeze", [value, ctx.ints("front", [0])], what));
  return raised.length === 1 ? raised[0]! : ctx.step("Concat", raised, what, { axis: attr.int(0) });
}

/** W, R, B of a layer. The list has both weights of every layer and direction, then both biases of each. */
function layerWeights(ctx: OpContext, stack: Stack, layer: number): [string, string, string] {
  const { layers, directions, weights } = stack;
  const all = 2 * layers * directions;
  const places = Array.from({ length: directions }, (_, d) => 2 * (layer * directions + d));
  const take = (at: number): string => reordered(ctx, weights[at]!, stack);
  const biases = places.map((at) =>
    ctx.step("Concat", [take(all + at), take(all + at + 1)], "bias", { axis: attr.int(0) }),
  );
  return [
    together(
      ctx,
      places.map((at) => take(at)),
      "input",
    ),
    together(
      ctx,
      places.map((at) => take(at + 1)),
      "recurrent",
    ),
    together(ctx, biases, "biases"),
  ];
}

/** The initial state of a layer, out of that of all. */
function stateOf(ctx: OpContext, stack: Stack, [state, layer]: readonly [Operand, number]): string {
  if (stack.layers === 1) return state.value;
  const [from, to] = [layer * stack.directions, (layer + 1) * stack.directions];
  return ctx.step("Slice", [state.value, ctx.ints("from", [from]), ctx.ints("to", [to])], "state");
}

function attributes({ cell, hidden, directions }: Stack): Record<string, Attribute> {
  const activations: Record<string, Attribute> = cell.activation
    ? { activations: textList(Array.from({ length: directions }, () => cell.activation!)) }
    : {};
  return {
    hidden_size: attr.int(hidden),
    direction: attr.string(directions === 2 ? "bidirectional" : "forward"),
    ...(cell.op === "GRU" ? { linear_before_reset: attr.int(1) } : {}),
    ...activations,
  };
}

const textList = (value: readonly string[]): Attribute => ({ kind: "strings", value });

/** [time, directions, batch, hidden] → [time, batch, directions hidden]. */
function merged(ctx: OpContext, value: string, { directions, hidden }: Stack): string {
  if (directions === 1) return ctx.step("Squeeze", [value, ctx.ints("one", [1])], "sequence");
  const moved = ctx.transposed(value, [0, 2, 1, 3], "moved");
  return ctx.reshaped(moved, [0, 0, directions * hidden], "sequence");
}

/** A layer: its sequence, and its last states. */
function runLayer(ctx: OpContext, stack: Stack, [sequence, layer]: readonly [string, number]): string[] {
  const lengths = stack.lengths ? ctx.as(stack.lengths, "int32", "lengths") : "";
  const states = stack.states.map((state) => stateOf(ctx, stack, [state, layer]));
  const inputs = [sequence, ...layerWeights(ctx, stack, layer), lengths, ...states];
  const names = ["y", "h", "c"].slice(0, 1 + stack.states.length).map((what) => ctx.inner(what));
  const [y, ...last] = ctx.graph.nodes(stack.cell.op, inputs, names, attributes(stack));
  return [merged(ctx, y!, stack), ...last];
}

function stackOf(ctx: OpContext): Stack {
  const mode = ctx.text("mode", "LSTM");
  const cell = CELLS[mode] ?? ctx.refuse(`mode ${mode}`);
  const [layers, directions] = [ctx.number("num_layers", 1), ctx.flag("is_bidirec", false) ? 2 : 1];
  const weights = ctx.inputs("WeightList");
  if (weights.length !== 4 * layers * directions) ctx.refuse(`${weights.length} weights`);
  return {
    cell,
    hidden: ctx.number("hidden_size", 0),
    layers,
    directions,
    weights,
    states: ctx.inputs("PreState"),
    lengths: ctx.optional("SequenceLength"),
  };
}

function rnn(ctx: OpContext) {
  const stack = stackOf(ctx);
  let sequence = ctx.input("Input").value;
  const lasts: string[][] = stack.states.map(() => []);
  for (let layer = 0; layer < stack.layers; layer++) {
    const [next, ...last] = runLayer(ctx, stack, [sequence, layer]);
    sequence = next!;
    for (const [i, value] of last.entries()) lasts[i]!.push(value);
  }
  ctx.emit("Identity", [sequence]);
  for (const [i, values] of lasts.entries()) {
    if (i < ctx.outputNames("State").length) ctx.emit("Concat", values, { axis: attr.int(0) }, "State", i);
  }
}

export const RECURRENT = { rnn } as const satisfies Readonly<Record<string, Convert>>;
