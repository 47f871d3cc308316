/**
 * MatMul(x, W [1, ..., 1, K, N])  →  MatMul(x, W [K, N]), a matrix of weights, which has one scale per column.
 * Conditions: W is constant float32; x has at least as many axes, so that the result keeps its shape.
 */
import { type Tensor, tensor } from "../tensor/tensor.ts";
import { nodePass } from "./rule.ts";

/** The last two axes of a constant whose other axes are all 1. */
function matrixOf(w: Tensor | undefined): Tensor | undefined {
  if (w?.dtype !== "float32" || w.dims.length <= 2 || w.dims.slice(0, -2).some((dim) => dim !== 1))
    return undefined;
  return tensor("float32", w.dims.slice(-2), w.data);
}

export const squeezeWeights = nodePass("squeeze-weights", ["MatMul"], (node, site) => {
  const weights = site.constant(node.inputs[1]);
  const matrix = matrixOf(weights);
  const rank = site.dims(node.inputs[0]!)?.length ?? 0;
  if (!matrix || rank < weights!.dims.length) return undefined;
  node.inputs[1] = site.addConstant(`${node.inputs[1]}_matrix`, matrix);
  return { did: "takes its weights as a matrix" };
});
