/**
 * Conv(Pad(x, p, 0))  →  Conv(x) with pads + p.
 * Conditions: mode constant, value 0, p constant, not negative, none on batch or channel, and nobody else reads the padded value.
 */
import { attr, intsAttr, stringAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { padAmounts } from "../ops/pad.ts";
import { toNumbers } from "../tensor/tensor.ts";
import { nodePass } from "./rule.ts";
import type { Site } from "./site.ts";

function refusal(
  pad: Node,
  site: Site,
  amounts: readonly number[] | undefined,
  rank: number,
): string | undefined {
  const mode = stringAttr(pad, "mode", "constant");
  if (mode !== "constant") return `its Pad "${pad.name}" has mode ${mode}`;
  if (!amounts) return `the amounts of its Pad "${pad.name}" are computed at run time`;
  const value = pad.inputs[2] ? site.constant(pad.inputs[2]) : undefined;
  if (pad.inputs[2] && (!value || toNumbers(value)[0] !== 0))
    return `its Pad "${pad.name}" pads with something else than 0`;
  if (amounts.some((amount) => amount < 0)) return `its Pad "${pad.name}" crops`;
  if ([0, 1, rank, rank + 1].some((i) => amounts[i] !== 0))
    return `its Pad "${pad.name}" pads batch or channels`;
  return site.soleProducer(pad.outputs[0]!) ? undefined : `other nodes read its Pad "${pad.name}"`;
}

export const padIntoConv = nodePass("pad-into-conv", ["Conv"], (node, site) => {
  const pad = site.index.producer(node.inputs[0]!);
  const rank = site.dims(node.inputs[0]!)?.length;
  if (pad?.op !== "Pad" || pad.domain !== "" || rank === undefined || !node.attrs.has("pads"))
    return undefined;
  const amounts = padAmounts(pad, (value) => site.constant(value), rank);
  const refused = refusal(pad, site, amounts, rank);
  if (refused) return { refused };
  const spatial = [...amounts!.slice(2, rank), ...amounts!.slice(rank + 2)];
  node.attrs.set("pads", attr.ints(intsAttr(node, "pads", []).map((before, i) => before + spatial[i]!)));
  node.inputs[0] = pad.inputs[0]!;
  node.origins.push(...pad.origins, pad.name);
  site.remove(pad);
  return { did: `pads for Pad "${pad.name}"` };
});
