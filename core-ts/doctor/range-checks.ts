/** Checks of magnitudes: of weights, and of activations on random data. */
import { intAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { magnitude } from "../observers/histogram.ts";
import { opRecord } from "../ops/index.ts";
import { scaleOwner } from "../plan/plan.ts";
import { channelLayout, channelMaxima } from "../quantize/weights.ts";
import type { Check, Finding, Patient } from "./finding.ts";

/** Ranges that meet at one scale may differ by this much before the smaller one keeps fewer than 4 of 7 bits. */
const UNLIKE = 8;
/** Channels of an output that differ by more share an 8-bit scale badly: the median channel has one step. */
const SPREAD = 100;
const LINEAR = ["Conv", "ConvTranspose", "Gemm", "MatMul"];

const factor = (x: number): string => (x >= 100 ? Math.round(x).toString() : x.toPrecision(2));

/** Largest |x| of a value on random data; undefined for constants and what stays float. */
function magnitudeOf({ prepared, ranges }: Patient, value: string): number | undefined {
  const owner = scaleOwner(prepared.plan, value);
  const stats = owner === undefined ? undefined : ranges.stats.get(owner);
  const found = stats ? magnitude(stats, true) : 0;
  return found > 0 ? found : undefined;
}

/** Branches of unlike ranges that end on one scale. */
export const unlikeRanges: Check = (patient) =>
  patient.prepared.plan.nodes.flatMap((plan): Finding[] => {
    const record = plan.kind === "integer" ? opRecord(plan.node.op, plan.node.domain) : undefined;
    if (plan.kind !== "integer" || record?.joins !== "values") return [];
    const branches = record.operands(plan.node).flatMap((i) => {
      const value = plan.node.inputs[i]!;
      const size = magnitudeOf(patient, value);
      return size === undefined ? [] : [{ value, size }];
    });
    const [least, most] = [
      branches.toSorted((a, b) => a.size - b.size)[0],
      branches.toSorted((a, b) => b.size - a.size)[0],
    ];
    // The result of a Min is small where one of its branches is: its scale suits that one.
    const reach = magnitudeOf(patient, plan.outputs[0]!) ?? 0;
    if (!least || !most || plan.bits === 16 || reach < UNLIKE * least.size) return [];
    return [
      {
        severity: "warning",
        check: "unlike-ranges",
        place: plan.node.name,
        what: `${plan.node.op} joins "${most.value}" with "${least.value}", whose range is about ${factor(most.size / least.size)} times smaller (on random data); on one 8-bit scale little of it is left`,
        remedy: "give this node 16 bit in a mix-config (-gt, -mc), or cut the model before it with -on",
      },
    ];
  });

function weightsOf({ prepared }: Patient, node: Node): Float64Array | undefined {
  const weight = LINEAR.includes(node.op)
    ? prepared.targetModel.graph.initializers.get(node.inputs[1]!)
    : undefined;
  if (weight?.dtype !== "float32" || weight.dims.length < 2) return undefined;
  return channelMaxima(
    weight.data,
    channelLayout(node.op, weight.dims, intAttr(node, "group", 1)),
    node.inputs[1]!,
  );
}

export const linearNodes = ({ prepared }: Pick<Patient, "prepared">) =>
  prepared.plan.nodes.filter(
    ({ kind, node }) =>
      kind === "integer" && opRecord(node.op, node.domain) !== undefined && LINEAR.includes(node.op),
  );

/** Outputs whose channels are of very different sizes, by weights or by biases. */
export const unlikeChannels: Check = (patient) =>
  linearNodes(patient).flatMap((plan): Finding[] => {
    if (plan.kind !== "integer" || plan.bits === 16) return [];
    const sizes = [...(patient.channels.get(plan.outputs[0]!) ?? [])]
      .filter((size) => size > 0)
      .sort((a, b) => a - b);
    const spread = sizes.length < 2 ? 1 : sizes.at(-1)! / sizes[Math.floor((sizes.length - 1) / 2)]!;
    if (spread < SPREAD) return [];
    return [
      {
        severity: "warning",
        check: "unlike-channels",
        place: plan.node.name,
        what: `the largest channel of its output is about ${factor(spread)} times the median one (on random data), and all channels share one 8-bit scale: little of most of them is left`,
        remedy:
          "look at its weights and biases; give this node 16 bit (-gt -ams HAWQ, -mc), or equalise the channels before the export",
      },
    ];
  });

/** Channels that are zero altogether. */
export const deadChannels: Check = (patient) =>
  linearNodes(patient).flatMap(({ node }): Finding[] => {
    const maxima = weightsOf(patient, node);
    const dead = maxima?.filter((most) => most === 0).length ?? 0;
    if (dead === 0) return [];
    return [
      {
        severity: "note",
        check: "dead-channels",
        place: node.name,
        what: `${dead} of ${maxima!.length} output channels have no weights but 0`,
        remedy: "nothing is lost; pruning them would make the model smaller",
      },
    ];
  });
