/**
 * Mul(Cast(b), y)  →  Where(b, y, 0)    b of truth values, cast to float32
 * so that what a comparison lets through (a heat map times "is its own maximum") stays in integers: a Cast has no integer form, and 0 is on every scale.
 * Conditions: y is float32 and not constant.
 */
import { intAttr } from "../graph/attributes.ts";
import { DTYPE_CODES } from "../tensor/dtype.ts";
import { float32Scalar } from "../tensor/tensor.ts";
import { nodePass } from "./rule.ts";
import type { Site } from "./site.ts";

/** The truth values that a value is a cast of. */
function truthBehind(value: string, site: Site): string | undefined {
  const maker = site.index.producer(value);
  if (maker?.op !== "Cast" || maker.domain !== "" || site.dtype(maker.inputs[0]!) !== "bool")
    return undefined;
  return intAttr(maker, "to", 0) === DTYPE_CODES.float32 ? maker.inputs[0] : undefined;
}

export const chooseByTruth = nodePass("choose-by-truth", ["Mul"], (node, site) => {
  for (const at of [0, 1]) {
    const condition = truthBehind(node.inputs[at]!, site);
    const y = node.inputs[1 - at]!;
    if (condition === undefined || site.constant(y) || site.dtype(y) !== "float32") continue;
    const zero = site.addConstant(`${node.name}/zero`, float32Scalar(0));
    node.op = "Where";
    node.inputs = [condition, y, zero];
    return { did: "multiplies by truth values: a choice between its other input and 0" };
  }
  return undefined;
});
