/**
 * Reshape [N, C, ...] to [N, groups, ...] → InstanceNormalization with a scale and a bias per group → Reshape back, perhaps ·γ and +β per channel
 * (how PyTorch exports GroupNorm)
 *   →  GroupNormalization with scale[c]·γ[c] and bias[c]·γ[c] + β[c], scale and bias being those of the channel's group.
 * Conditions: constant float32 parameters; samples stay apart, the channels of a group lie together, and the second Reshape gives back the shape of
 * x; nobody else reads the values between.
 */
import { attr, floatAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import { channelAffine } from "./channel-affine.ts";
import { nodePass } from "./rule.ts";
import type { Site } from "./site.ts";

interface Grouped {
  readonly x: string;
  readonly channels: number;
  readonly groups: number;
  /** Reshape, InstanceNormalization, Reshape. */
  readonly nodes: readonly Node[];
}

/** The two Reshapes around an InstanceNormalization, if together they only regroup channels. */
function groupedBy(norm: Node, site: Site): Grouped | undefined {
  const before = site.soleProducer(norm.inputs[0]!);
  const after = site.index.onlyConsumer(norm.outputs[0]!);
  const isRegrouped = [before, after].every((node) => node?.domain === "" && node.op === "Reshape");
  if (!isRegrouped || after!.inputs[0] !== norm.outputs[0]) return undefined;
  const x = before!.inputs[0]!;
  const [dims, rows, back] = [x, norm.inputs[0]!, after!.outputs[0]!].map((value) => site.dims(value));
  if (!dims || !rows || back?.join() !== dims.join() || dims.length < 3 || rows[0] !== dims[0])
    return undefined;
  const [channels, groups] = [dims[1]!, rows[1]!];
  return channels % groups === 0 ? { x, channels, groups, nodes: [before!, norm, after!] } : undefined;
}

/** Mul and Add per channel behind `value`, as scale and offset, with the nodes. */
function affineBehind(value: string, channels: number, site: Site) {
  let [scale, offset] = [new Array<number>(channels).fill(1), new Array<number>(channels).fill(0)];
  const nodes: Node[] = [];
  for (const op of ["Mul", "Add"]) {
    const current: string = nodes.at(-1)?.outputs[0] ?? value;
    const node = site.index.onlyConsumer(current);
    const affine = node?.domain === "" && node.op === op ? channelAffine(node, current, 1, site) : undefined;
    if (!affine) continue;
    scale = scale.map((s, c) => s * affine.scale[c]!);
    offset = offset.map((o, c) => o * affine.scale[c]! + affine.offset[c]!);
    nodes.push(node!);
  }
  return { scale, offset, nodes };
}

function perChannel(t: Tensor, { channels, groups }: Grouped): number[] | undefined {
  if (t.dtype !== "float32" || t.data.length !== groups) return undefined;
  return Array.from({ length: channels }, (_, c) => t.data[Math.floor(c / (channels / groups))]!);
}

function fuse(norm: Node, site: Site): boolean {
  const grouped = groupedBy(norm, site);
  const [scale, bias] = [1, 2].map((i) => {
    const t = site.constant(norm.inputs[i]);
    return t && grouped && perChannel(t, grouped);
  });
  if (!grouped || !scale || !bias) return false;
  const behind = affineBehind(grouped.nodes[2]!.outputs[0]!, grouped.channels, site);
  const nodes = [...grouped.nodes, ...behind.nodes];
  const last = nodes.at(-1)!;
  const parameter = (role: string, values: readonly number[]): string =>
    site.addConstant(`${last.name}/${role}`, tensor("float32", [values.length], Float32Array.from(values)));
  const scaled = scale.map((s, c) => s * behind.scale[c]!);
  const shifted = bias.map((b, c) => b * behind.scale[c]! + behind.offset[c]!);
  const others = nodes.filter((node) => node !== last);
  const made = {
    name: last.name,
    op: "GroupNormalization",
    inputs: [grouped.x, parameter("scale", scaled), parameter("offset", shifted)],
    outputs: last.outputs,
    attrs: {
      epsilon: attr.float(floatAttr(norm, "epsilon", 1e-5)),
      num_groups: attr.int(grouped.groups),
    },
    origins: [...others.flatMap((node) => [node.name, ...node.origins]), ...last.origins],
  };
  site.replace(last, [made], others);
  return true;
}

export const fuseGroupNormalization = nodePass(
  "fuse-group-normalization",
  ["InstanceNormalization"],
  (node, site) =>
    fuse(node, site) ? { did: "and the ops around it are one GroupNormalization" } : undefined,
);
