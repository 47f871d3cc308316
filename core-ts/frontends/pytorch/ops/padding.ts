import { attr } from "../../../graph/attributes.ts";
import type { OpContext, OpConverter } from "../context.ts";
import type { Value } from "../value.ts";

const MODES: Readonly<Record<string, string>> = {
  constant: "constant",
  reflect: "reflect",
  replicate: "edge",
  circular: "wrap",
};

/** torch counts pads from the last axis on, begin and end of each; ONNX has all begins, then all ends. */
function padded(ctx: OpContext, mode: string, name: string): Value {
  const x = ctx.tensor("self");
  const pads = ctx.ints(name);
  const found = MODES[mode];
  if (!found) ctx.refuse(`mode ${mode}`);
  const of = (axis: number, end: number) => pads[2 * (x.rank - 1 - axis) + end] ?? 0;
  const ends = [0, 1].flatMap((end) => x.dims.map((_, axis) => of(axis, end)));
  const value = ctx.number("value", 0);
  const { dtype } = ctx.output();
  const inputs = [x.name, ctx.int64s("pads", ends)];
  if (found === "constant") inputs.push(ctx.scalar("value", value, dtype));
  return ctx.emit("Pad", inputs, { mode: attr.string(found) });
}

const inMode =
  (mode: string): OpConverter =>
  (ctx) => [padded(ctx, mode, "padding")];

export const PADDINGS = {
  pad: (ctx) => [padded(ctx, ctx.text("mode", "constant"), "pad")],
  constant_pad_nd: (ctx) => [padded(ctx, "constant", "pad")],
  reflection_pad1d: inMode("reflect"),
  reflection_pad2d: inMode("reflect"),
  reflection_pad3d: inMode("reflect"),
  replication_pad1d: inMode("replicate"),
  replication_pad2d: inMode("replicate"),
  replication_pad3d: inMode("replicate"),
} as const satisfies Record<string, OpConverter>;
