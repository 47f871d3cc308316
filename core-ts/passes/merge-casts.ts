/**
 * Cast(Cast(x: float32 → float64, float16 or bfloat16) → float32)  →  x
 * Cast(Cast(x → wider float) → t)                                 →  Cast(x → t)
 * Conditions: x is float32. float64 holds every float32; what float16 and bfloat16 round away is less than a quantization step of what integer ops
 * make of x.
 */
import { intAttr } from "../graph/attributes.ts";
import { dtypeFromCode } from "../tensor/dtype.ts";
import { nodePass } from "./rule.ts";

const FLOATS: readonly (string | undefined)[] = ["float64", "float16", "bfloat16"];

export const mergeCasts = nodePass("merge-casts", ["Cast"], (node, site) => {
  const first = site.index.producer(node.inputs[0]!);
  if (first?.domain !== "" || first.op !== "Cast" || site.dtype(first.inputs[0]!) !== "float32")
    return undefined;
  const between = dtypeFromCode(intAttr(first, "to", 0));
  const last = dtypeFromCode(intAttr(node, "to", 0));
  // To an integer the rounding in between may count: 2.9999999 is 3 in float16.
  if (!FLOATS.includes(between) || (last !== "float32" && between !== "float64")) return undefined;
  node.inputs = [first.inputs[0]!];
  node.origins = [...node.origins, first.name];
  return { did: `takes over Cast "${first.name}"` };
});
