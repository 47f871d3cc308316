import type { FunctionDef } from "../../graph/graph.ts";
import { defineFunction, ref } from "../body-builder.ts";
import { BOUNDS, requantize, scalarFactor } from "../fragments/requantize.ts";

/** The same real values on another scale, of any of the four integer types. |x·m| < 2^31. */
export function requantizeOp(): FunctionDef {
  return defineFunction({
    name: "Requantize",
    inputs: ["x", "multiplier", "shift"],
    attributes: BOUNDS,
    body: (b) => requantize(b, b.cast("x", "float64"), scalarFactor(b)),
  });
}

/** clamp(x, qmin, qmax); int32 because ONNX Runtime has no 16-bit Clip. */
export function clip(): FunctionDef {
  return defineFunction({
    name: "Clip",
    inputs: ["x"],
    attributes: BOUNDS,
    body(b) {
      const clipped = b.op("Clip", [
        b.cast("x", "int32"),
        b.attributeAs("qmin", "int32"),
        b.attributeAs("qmax", "int32"),
      ]);
      return b.op("Cast", [clipped], { to: ref("to") });
    },
  });
}
