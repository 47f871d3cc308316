/**
 * Max(x, c)  →  Clip(x, c, )        Min(x, c)  →  Clip(x, , c)
 * Clip(Clip(x, a, b), c, d)  →  Clip(x, clamp(a, c, d), clamp(b, c, d)),  Relu being Clip(x, 0, )
 * so that bounds in whatever spelling (Relu6 as Min(Relu(x), 6) or Max(Min(x, 6), 0)) become one Clip, which the op before it can carry.
 * Conditions: c has one element, is a number and adds no axes to x; all bounds are constant and in order; nobody else reads the inner result.
 */
import type { Node } from "../graph/graph.ts";
import { float32Scalar, toNumbers } from "../tensor/tensor.ts";
import { nodePass } from "./rule.ts";
import type { Site } from "./site.ts";

interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

const NONE: Bounds = { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };

/** The one number of a constant. */
function single(value: string | undefined, site: Site): number | undefined {
  const constant = site.constant(value);
  if (constant?.dtype !== "float32" || constant.data.length !== 1) return undefined;
  return Number.isNaN(constant.data[0]) ? undefined : constant.data[0];
}

/** Bounds of a Relu or Clip; undefined where they are not constant or out of order. */
function boundsOf(node: Node | undefined, site: Site): Bounds | undefined {
  if (node?.domain !== "" || site.dtype(node.inputs[0]!) !== "float32") return undefined;
  if (node.op === "Relu") return { ...NONE, lower: 0 };
  if (node.op !== "Clip") return undefined;
  const lower = node.inputs[1] ? single(node.inputs[1], site) : NONE.lower;
  const upper = node.inputs[2] ? single(node.inputs[2], site) : NONE.upper;
  return lower !== undefined && upper !== undefined && lower <= upper ? { lower, upper } : undefined;
}

function setBounds(node: Node, x: string, { lower, upper }: Bounds, site: Site): void {
  const constant = (name: string, bound: number) =>
    Number.isFinite(bound) ? site.addConstant(`${node.name}/${name}`, float32Scalar(bound)) : "";
  node.op = "Clip";
  node.attrs.clear();
  node.inputs = [x, constant("lower", lower), constant("upper", upper)];
}

/** Max or Min with a constant on either side. */
function asClip(node: Node, site: Site): { x: string; bounds: Bounds } | undefined {
  if (node.inputs.length !== 2) return undefined;
  const at = node.inputs.findIndex((value) => single(value, site) !== undefined);
  const x = node.inputs[1 - at];
  if (at < 0 || site.dtype(x!) !== "float32" || site.constant(x)) return undefined;
  const [before, after] = [site.dims(x!), site.dims(node.outputs[0]!)];
  if (!before || before.join() !== after?.join() || before.length !== after.length) return undefined;
  const [c] = toNumbers(site.constant(node.inputs[at])!);
  return { x: x!, bounds: node.op === "Max" ? { ...NONE, lower: c! } : { ...NONE, upper: c! } };
}

function merged(node: Node, site: Site): boolean {
  const outer = boundsOf(node, site);
  const inner = outer && site.soleProducer(node.inputs[0]!);
  const before = boundsOf(inner, site);
  if (!outer || !inner || !before) return false;
  const clamp = (v: number) => Math.min(Math.max(v, outer.lower), outer.upper);
  setBounds(node, inner.inputs[0]!, { lower: clamp(before.lower), upper: clamp(before.upper) }, site);
  node.origins.push(...inner.origins, inner.name);
  site.remove(inner);
  return true;
}

export const mergeClips = nodePass("merge-clips", ["Max", "Min", "Relu", "Clip"], (node, site) => {
  if (node.op === "Relu" || node.op === "Clip")
    return merged(node, site) ? { did: "takes in the bounds before it" } : undefined;
  const clip = asClip(node, site);
  if (!clip) return undefined;
  setBounds(node, clip.x, clip.bounds, site);
  return { did: "with a constant: a Clip" };
});
