/**
 * The cells that contrib.rnn fuses (rnn_ops.cc), written out. LSTM: [i, c, f, o] = [x, h] W + b; c' = f·c + i·tanh(c), h' = o·tanh(c').
 * GRU: [r, u] = σ([x, h] W + b), c = tanh([x, r·h] W' + b'), h' = u·h + (1 - u)·c.
 */
import { attr } from "../../../graph/attributes.ts";
import type { Convert } from "../convert.ts";
import type { Emitter } from "../emitter.ts";
import { attrBool, attrFloat } from "../node.ts";
import { Refused, type TensorValue } from "../value.ts";
import { likewise } from "./elementwise.ts";

function joined(a: TensorValue, b: TensorValue, to: Emitter, part: string): TensorValue {
  const width = a.dims?.[1] && b.dims?.[1] ? a.dims[1] + b.dims[1] : null;
  return to.emit(
    "Concat",
    [a, b],
    { dtype: a.dtype, dims: [a.dims?.[0] ?? null, width] },
    { axis: attr.int(1) },
    part,
  );
}

function gates(
  x: TensorValue,
  weights: TensorValue,
  bias: TensorValue,
  to: Emitter,
  part: string,
): TensorValue {
  const type = { dtype: x.dtype, dims: [x.dims?.[0] ?? null, weights.dims![1]!] };
  const product = to.emit("MatMul", [x, weights], type, {}, `${part}/product`);
  return to.emit("Add", [product, bias], type, {}, part);
}

/** Inputs: x, c, h, W, peepholes of i, f and o, b. Outputs: i, c', f, o, tanh(c), tanh(c'), h'. */
const lstmCell: Convert = (node, [x, c, h, weights, , , , bias], to) => {
  if (attrBool(node, "use_peephole", false)) throw new Refused("LSTMBlockCell with peepholes");
  if (attrFloat(node, "cell_clip", 3) > 0) throw new Refused("LSTMBlockCell with a clipped cell");
  const state = likewise(c!);
  const all = gates(joined(x!, h!, to, "xh"), weights!, bias!, to, "gates");
  const units = c!.dims![1]!;
  const [i, g, f, o] = to.emitMany(
    "Split",
    [all, to.ints([units, units, units, units], "sizes")],
    [state, state, state, state],
    { axis: attr.int(1) },
  );
  const make = (op: string, inputs: readonly TensorValue[], part: string) =>
    to.emit(op, inputs, state, {}, part);
  const forgotten = make(
    "Add",
    [f!, to.scalar("float32", attrFloat(node, "forget_bias", 1), "forget")],
    "forgetGate",
  );
  const [input, forget, output] = [
    make("Sigmoid", [i!], "i"),
    make("Sigmoid", [forgotten], "f"),
    make("Sigmoid", [o!], "o"),
  ];
  const candidate = make("Tanh", [g!], "ci");
  const kept = make("Mul", [forget!, c!], "kept");
  const cell = make("Add", [kept, make("Mul", [input!, candidate], "new")], "cs");
  const shown = make("Tanh", [cell], "co");
  return [input!, cell, forget!, output!, candidate, shown, make("Mul", [output!, shown], "h")];
};

/** Inputs: x, h, W of r and u, W of c, b of r and u, b of c. Outputs: r, u, c, h'. */
const gruCell: Convert = (_, [x, h, weights, candidateWeights, bias, candidateBias], to) => {
  const state = likewise(h!);
  const units = h!.dims![1]!;
  const make = (op: string, inputs: readonly TensorValue[], part: string) =>
    to.emit(op, inputs, state, {}, part);
  const all = gates(joined(x!, h!, to, "xh"), weights!, bias!, to, "gates");
  const parts = to.emitMany("Split", [all, to.ints([units, units], "sizes")], [state, state], {
    axis: attr.int(1),
  });
  const [reset, update] = [make("Sigmoid", [parts[0]!], "r"), make("Sigmoid", [parts[1]!], "u")];
  const candidate = make(
    "Tanh",
    [
      gates(
        joined(x!, make("Mul", [reset!, h!], "rh"), to, "xrh"),
        candidateWeights!,
        candidateBias!,
        to,
        "candidate",
      ),
    ],
    "c",
  );
  const kept = make("Mul", [update!, h!], "kept");
  const fresh = make(
    "Mul",
    [make("Sub", [to.scalar("float32", 1, "one"), update!], "rest"), candidate],
    "fresh",
  );
  return [reset!, update!, candidate, make("Add", [kept, fresh], "h")];
};

export const RECURRENT: Readonly<Record<string, Convert>> = {
  GRUBlockCell: gruCell,
  LSTMBlockCell: lstmCell,
};
