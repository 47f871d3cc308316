import { intAttr } from "../graph/attributes.ts";
import type { Graph } from "../graph/graph.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { QuantizedGraph, QuantizedLayer } from "../quantize/quantized.ts";
import { channelLayout, elementsOf } from "../quantize/weights.ts";
import { sqnrDb } from "./layer-error.ts";
import type { WeightReport } from "./report.ts";

/** Most entries that are kept: in wider layers one stands for several channels. */
const ENTRIES = 1024;

interface Channel {
  readonly largest: number;
  readonly sqnrDb: number;
}

function foldChannels(channels: readonly Channel[]): Pick<WeightReport, "perEntry" | "largest" | "sqnrDb"> {
  const perEntry = Math.ceil(channels.length / ENTRIES);
  const entries = Array.from({ length: Math.ceil(channels.length / perEntry) }, (_, i) => {
    const group = channels.slice(i * perEntry, (i + 1) * perEntry);
    const worst = Math.min(...group.map((channel) => channel.sqnrDb));
    return {
      largest: Number(Math.max(...group.map(({ largest }) => largest)).toPrecision(4)),
      sqnrDb: Number.isFinite(worst) ? Number(worst.toFixed(2)) : null,
    };
  });
  return {
    perEntry,
    largest: entries.map(({ largest }) => largest),
    sqnrDb: entries.map((entry) => entry.sqnrDb),
  };
}

/** The float weights of a linear layer, channel by channel, and what their integers lose; null where there are none. */
export function weightReport(
  { plan: { node } }: QuantizedLayer,
  float: Graph,
  { integers, meaning }: { readonly integers: Graph; readonly meaning: QuantizedGraph["meaning"] },
  kernels: Kernels,
): WeightReport | null {
  const described = meaning.weights.get(node.name);
  const name = node.inputs[1]!;
  const weight = float.initializers.get(name);
  // A QDQ model names them after the float ones.
  const written =
    described &&
    (integers.initializers.get(described.weight) ?? integers.initializers.get(`${name}_quantized`));
  if (!described || weight?.dtype !== "float32" || !written || written.data.length !== weight.data.length)
    return null;
  const layout = channelLayout(node.op, weight.dims, intAttr(node, "group", 1));
  const q = written.data as Int8Array | Int16Array;
  const channels = Array.from(described.scales, (scale, c): Channel => {
    let [largest, signal, error] = [0, 0, 0];
    for (const i of elementsOf(c, weight.data.length, layout)) {
      const w = weight.data[i]!;
      const d = q[i]! * scale - w;
      signal += w * w;
      error += d * d;
      largest = Math.max(largest, Math.abs(w));
    }
    return { largest, sqnrDb: sqnrDb(signal, error, kernels) };
  });
  return { name, channels: channels.length, ...foldChannels(channels) };
}
