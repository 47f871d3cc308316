import { attr, stringAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { quantizeValue } from "../quantize/scale.ts";
import { int64Tensor, toNumbers } from "../tensor/tensor.ts";
import { firstOperand, notConstant, type OpRecord, type PlanView } from "./record.ts";
import { integerTensor } from "./table.ts";

/** Amounts of every axis, begins then ends, whatever axes the node names; undefined when they are computed at run time. */
export function padAmounts(node: Node, constant: PlanView["constant"], rank: number): number[] | undefined {
  const given = constant(node.inputs[1]!);
  const named = node.inputs[3] ? constant(node.inputs[3]) : undefined;
  if (!given || (node.inputs[3] && !named)) return undefined;
  const amounts = toNumbers(given);
  if (!named) return amounts;
  const full = new Array<number>(2 * rank).fill(0);
  for (const [i, axis] of toNumbers(named).entries()) {
    const at = axis < 0 ? axis + rank : axis;
    full[at] = amounts[i]!;
    full[rank + at] = amounts[amounts.length / 2 + i]!;
  }
  return full;
}

/** Padding on its input's scale; a constant that this scale can't hold is saturated, with a warning. */
export const pad: OpRecord = {
  operands: firstOperand,
  output: "shared",
  onlyMoves: true,
  absorbsActivation: false,
  conditions: ["pads, value and axes are constant; every mode; negative pads crop"],
  refuse(node, view) {
    const missing = [1, 2, 3].find((i) => node.inputs[i] && !view.constant(node.inputs[i]));
    if (missing !== undefined) return notConstant(node, missing, "pads, value or axes");
    return view.dims(node.inputs[0]!) ? undefined : "its shape is not known before the model runs";
  },
  lower(ctx) {
    const { node } = ctx;
    const [x, y] = [ctx.operand(0), ctx.result()];
    const real = node.inputs[2] ? (toNumbers(ctx.constant(node.inputs[2])!)[0] ?? 0) : 0;
    const value = quantizeValue(real, y.scale, y.type);
    if (Math.abs(value * y.scale - real) > y.scale)
      ctx.warn(`it pads with ${real}, outside its input's range; ${value * y.scale} is used`);
    const pads = padAmounts(node, ctx.constant, ctx.dims(node.inputs[0]!)!.length)!;
    const inputs = [
      x.name,
      ctx.constantTensor("pads", int64Tensor(pads)),
      ctx.constantTensor("value", integerTensor(y.type, [], [value])),
    ];
    const mode = { mode: attr.string(stringAttr(node, "mode", "constant")) };
    if (y.type.bits === 8) ctx.emitStandard(inputs, mode);
    else ctx.emit("Pad16", inputs, mode);
  },
};
