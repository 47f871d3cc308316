import type { Convert } from "../context.ts";

/** An ONNX op of the same meaning. */
export const same =
  (op: string): Convert =>
  (ctx) =>
    ctx.emit(op, [ctx.input("X").value]);
