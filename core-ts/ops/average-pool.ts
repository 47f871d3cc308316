import { attr, intAttr, intsAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { offsetOf } from "../quantize/linear.ts";
import { accumulatorShift, chooseMultipliers } from "../quantize/scale.ts";
import { tensor } from "../tensor/tensor.ts";
import { everyOperand, firstOperand, type LowerContext, type OpRecord } from "./record.ts";

/** One spatial axis of a pooling window. */
interface WindowAxis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  /** Padding after, as the model states it. */
  readonly after: number;
  readonly outputs: number;
}

function windowAxes(node: Node, input: readonly number[], output: readonly number[]): WindowAxis[] {
  const kernel = intsAttr(node, "kernel_shape", []);
  const ones = kernel.map(() => 1);
  const pads = intsAttr(
    node,
    "pads",
    [...kernel, ...kernel].map(() => 0),
  );
  return kernel.map((k, i) => ({
    size: input[2 + i]!,
    kernel: k,
    stride: intsAttr(node, "strides", ones)[i]!,
    dilation: intsAttr(node, "dilations", ones)[i]!,
    before: pads[i]!,
    after: pads[kernel.length + i]!,
    outputs: output[2 + i]!,
  }));
}

/** Padding after that makes a floor-mode window reach the last output that ceil_mode adds. */
function reachedAfter(axis: WindowAxis): number {
  const reach = (axis.outputs - 1) * axis.stride + axis.dilation * (axis.kernel - 1) + 1;
  return Math.max(axis.after, reach - axis.size - axis.before);
}

/** How many elements the average divides by at each output position; what ceil_mode adds beyond the padding never counts. */
function counts(axis: WindowAxis, includePads: boolean): number[] {
  const [low, high] = includePads ? [-axis.before, axis.size + axis.after] : [0, axis.size];
  return Array.from({ length: axis.outputs }, (_, o) => {
    let count = 0;
    for (let k = 0; k < axis.kernel; k++) {
      const at = o * axis.stride - axis.before + k * axis.dilation;
      if (at >= low && at < high) count++;
    }
    return count;
  });
}

/** Multiplier: one number, or one per output position where the count varies. */
function multiplier(ctx: LowerContext, axes: readonly WindowAxis[], factor: number): string[] {
  const perAxis = axes.map((axis) => counts(axis, intAttr(ctx.node, "count_include_pad", 0) === 1));
  const products = perAxis.reduce<number[]>((all, axis) => all.flatMap((a) => axis.map((b) => a * b)), [1]);
  const same = products.every((count) => count === products[0]);
  const { m, shift } = chooseMultipliers(
    (same ? [products[0]!] : products).map((count) => factor / count),
    ctx.node.name,
  );
  const dims = same ? [1] : [1, 1, ...perAxis.map((axis) => axis.length)];
  return [
    ctx.constantTensor("multiplier", tensor("int16", dims, Int16Array.from(m))),
    ctx.constantTensor("shift", tensor("int8", [1], Int8Array.of(shift))),
  ];
}

/** Integer sum over the window, then requantize with 1/count in the multiplier. */
export const averagePool: OpRecord = {
  operands: firstOperand,
  output: "own",
  absorbsActivation: true,
  nonNegative: everyOperand,
  conditions: ["1-D or 2-D"],
  refuse(node, view) {
    const kernel = intsAttr(node, "kernel_shape", []);
    if (kernel.length !== 1 && kernel.length !== 2)
      return `${kernel.length}-D pooling is not supported, only 1-D and 2-D`;
    return view.dims(node.inputs[0]!) && view.dims(node.outputs[0]!)
      ? undefined
      : "its shape is not known before the model runs";
  },
  lower(ctx) {
    const { node } = ctx;
    const [x, y] = [ctx.operand(0), ctx.result()];
    const axes = windowAxes(node, ctx.dims(node.inputs[0]!)!, ctx.dims(node.outputs[0]!)!);
    const wide = x.type.bits === 16;
    const terms = axes.reduce((product, axis) => product * axis.kernel, 1);
    const q1 = wide ? accumulatorShift(terms * Math.max(-x.type.qmin, x.type.qmax)) : 0;
    ctx.emit(
      wide ? "AveragePool16" : "AveragePool8",
      [x.name, ...multiplier(ctx, axes, (x.scale / y.scale) * powerOfTwo(q1))],
      {
        kernel_shape: attr.ints(axes.map((axis) => axis.kernel)),
        strides: attr.ints(axes.map((axis) => axis.stride)),
        dilations: attr.ints(axes.map((axis) => axis.dilation)),
        pads: attr.ints([...axes.map((axis) => axis.before), ...axes.map(reachedAfter)]),
        ...ctx.bounds(),
        ...(wide ? { x_offset: offsetOf(x), q1: attr.int(q1) } : {}),
      },
    );
  },
};
