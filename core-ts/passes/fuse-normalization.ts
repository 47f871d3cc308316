/**
 * mean = ReduceMean(x), d = x - mean, variance = ReduceMean(d² as Mul or Pow), σ = Sqrt(variance + ε), then one of d/σ, d·(1/σ), d·(γ/σ),
 * x·(γ/σ) + (β - mean·(γ/σ)) (TensorFlow), each perhaps with ·γ and +β behind
 *   →  LayerNormalization, or InstanceNormalization where rows are all spatial axes and γ, β belong to channels; between transpositions where the
 *      rows are no last axes (the channels of an image, as in ConvNeXt) or the channels come last (TensorFlow).
 * x/√(ReduceMean(x²) + ε)·γ in the same spellings (RMSNorm)  →  SimplifiedLayerNormalization, ONNX Runtime's name for it.
 * Conditions: both means over the same constant axes, kept; ε, γ, β constant float32; γ and β fit the op's parameters (else they stay where they
 * are, or, inside of the pattern, it stays as it is); nothing but the pattern reads its values, which are no model outputs.
 * √ is Sqrt or Pow by 1/2, 1/√ is Reciprocal, Div of 1, or Pow by -1/2. The fused op computes the same numbers but for float32 rounding.
 */
import { attr } from "../graph/attributes.ts";
import type { Attribute, Node } from "../graph/graph.ts";
import { elementCount, tensor } from "../tensor/tensor.ts";
import { type Normalization, normalizationAt } from "./normalization-pattern.ts";
import { fitted, type Target, targetOf } from "./normalization-target.ts";
import { nodePass } from "./rule.ts";
import type { NewNode, Site } from "./site.ts";

/** A constant operand of the only reader of `value`, if that reader is of this op and keeps the shape. */
function constantBehind(value: string, op: string, site: Site): { node: Node; constant: string } | undefined {
  const node = site.index.onlyConsumer(value);
  if (node?.domain !== "" || node.op !== op) return undefined;
  const constant = node.inputs[0] === value ? node.inputs[1]! : node.inputs[0]!;
  const keepsShape = site.dims(node.outputs[0]!)?.join() === site.dims(value)?.join();
  return keepsShape && site.constant(constant)?.dtype === "float32" ? { node, constant } : undefined;
}

/** The pattern with the Mul and Add behind it whose constants fit. */
function withTail(found: Normalization, fits: (constant: string) => boolean, site: Site): Normalization {
  let whole = found;
  const take = (op: string, role: "scale" | "offset") => {
    const next = constantBehind(whole.last.outputs[0]!, op, site);
    if (!next || !fits(next.constant)) return;
    const nodes = new Set([...whole.nodes, next.node]);
    whole = { ...whole, last: next.node, nodes, [role]: next.constant };
  };
  if (found.scale === undefined && found.offset === undefined) take("Mul", "scale");
  if (found.isCentered && whole.offset === undefined) take("Add", "offset");
  return whole;
}

/** What the pattern becomes, with the Mul and Add behind it that fit; undefined when constants inside of it do not. */
function targeted(found: Normalization, site: Site): { whole: Normalization; target: Target } | undefined {
  const dims = site.dims(found.x)!;
  const all = withTail(found, () => true, site);
  const constants = [all.scale, all.offset].map((name) => site.constant(name));
  const target = targetOf(found, dims, constants);
  const fits = (name: string) => fitted(site.constant(name)!, target, dims) !== undefined;
  const inner = [found.scale, found.offset].filter((name) => name !== undefined);
  return inner.every(fits) ? { whole: withTail(found, fits, site), target } : undefined;
}

/** Names of scale and offset as the op takes them. */
function parameters(whole: Normalization, target: Target, site: Site): string[] {
  const parameter = (role: "scale" | "offset", otherwise: number): string => {
    const given = whole[role];
    const values =
      given === undefined
        ? new Float32Array(elementCount(target.parameterDims)).fill(otherwise)
        : fitted(site.constant(given)!, target, site.dims(whole.x)!)!;
    return site.addConstant(`${whole.last.name}/${role}`, tensor("float32", target.parameterDims, values));
  };
  const needsOffset = whole.offset !== undefined || target.op === "InstanceNormalization";
  return [parameter("scale", 1), ...(needsOffset ? [parameter("offset", 0)] : [])];
}

function fuse(found: Normalization, site: Site): string | undefined {
  const chosen = targeted(found, site);
  if (!chosen) return undefined;
  const { whole, target } = chosen;
  const others = [...whole.nodes].filter((node) => node !== whole.last);
  const core: NewNode = {
    name: whole.last.name,
    op: target.op,
    inputs: [whole.x, ...parameters(whole, target, site)],
    outputs: whole.last.outputs,
    attrs: { ...target.attrs, epsilon: attr.float(whole.epsilon) },
    origins: [...others.flatMap((node) => [node.name, ...node.origins]), ...whole.last.origins],
  };
  const news = target.perm ? transposed(core, target.perm, site) : [core];
  site.replace(whole.last, news, others);
  return target.op;
}

/** The op on rows that are no last axes. */
function transposed(core: NewNode, perm: readonly number[], site: Site): NewNode[] {
  const dims = site.dims(core.inputs[0]!)!;
  const type = { dtype: "float32", dims: perm.map((axis) => dims[axis]!) } as const;
  const [before, after] = ["rows", "normalized"].map((role) => site.addValue(`${core.name}/${role}`, type));
  const back = perm.map((_, axis) => perm.indexOf(axis));
  const transpose = (role: string, from: string, to: string, order: readonly number[]): NewNode => {
    const attrs: Record<string, Attribute> = { perm: attr.ints(order) };
    return { name: `${core.name}/${role}`, op: "Transpose", inputs: [from], outputs: [to], attrs };
  };
  return [
    transpose("to_rows", core.inputs[0]!, before!, perm),
    { ...core, inputs: [before!, ...core.inputs.slice(1)], outputs: [after!] },
    transpose("from_rows", after!, core.outputs[0]!, back),
  ];
}

export const fuseNormalization = nodePass("fuse-normalization", ["Sqrt", "Pow"], (node, site) => {
  const found = normalizationAt(node, site);
  const op = found && fuse(found, site);
  return op === undefined ? undefined : { did: `and the ops around it are one ${op}` };
});
