/**
 * What to try next, for the layers that do the most damage. Each remedy is judged by what the layer's own error would become: rounding and clipping of its
 * output by the curve of its histogram, and the rest (weights, tables), which stays unless the width changes.
 */
import type { LayersAlone } from "../evaluate/own-errors.ts";
import { mixOf, QuantizedNeighbours, quantizedNodes } from "../mixed/nodes.ts";
import { violations } from "../mixed/rules.ts";
import { tiedGroups } from "../mixed/strategies.ts";
import type { ObserverName } from "../observers/index.ts";
import type { Mix } from "../plan/options.ts";
import type { QuantPlan } from "../plan/plan.ts";
import { intType } from "../quantize/scale.ts";
import { curveAt, type Decibels } from "./curve.ts";
import type { Advice, ReportLayer, Width } from "./report.ts";

/** What a remedy changes in the command; hosts turn it into options and files. */
export type Change =
  | { readonly kind: "mix"; readonly mix: Mix }
  | { readonly kind: "width"; readonly bits: 16 }
  | { readonly kind: "scale"; readonly value: string; readonly threshold: number; readonly scale: number }
  | { readonly kind: "calibrate" }
  | { readonly kind: "more data" }
  | { readonly kind: "exclude" };

export interface Remedy extends Pick<Advice, "node" | "kind" | "why"> {
  readonly change: Change;
}

/** What remedies depend on besides the layers. */
export interface Circumstances {
  readonly plan: QuantPlan;
  /** By value, how the compared data lie. */
  readonly reach: LayersAlone["reach"];
  /** Samples of the calibration. */
  readonly samples: number;
  /** Whether more data can be had: the last run took all that were asked for. */
  readonly hasMoreData: boolean;
  /** Where the scales were read from, in words; absent: calibration chose them. */
  readonly givenBy?: string | undefined;
  /** Values whose scale is not the model's own, as those of a QDQ model are. */
  readonly open: ReadonlySet<string>;
  /** Whether a mix may be given, and whether scales may. */
  readonly takesMix: boolean;
  readonly takesScales: boolean;
  readonly decibels: Decibels;
}

/** Layers that are looked at, and remedies that are given at most. */
const LOOKED_AT = 8;
const REMEDIES = 3;
/** A layer that is better by itself needs nothing. */
const GOOD_DB = 40;
/** What a remedy has to bring. */
const WORTH_DB = 1.5;
/** A given scale that is so far off is a mistake rather than a choice. */
const FAR_OFF = 4;
/** Share of values beyond the grid that is worth more data, where calibration has not seen them. */
const UNSEEN = 0.0005;

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;
const short = (x: number): string => String(Number(x.toPrecision(3)));
const db = (x: number): string => `${x.toFixed(1)} dB`;

interface Site extends Circumstances {
  readonly layer: ReportLayer;
  /** SQNR of what the layer does itself. */
  readonly own: number;
  readonly width: Width;
}

const thresholdOf = ({ scale, bits, signed }: ReportLayer): number => scale * intType(bits, signed).qmax;

/** A scale that was given and is far from what the plan's observer finds on the data. */
function givenScale({ layer, width, givenBy }: Site): Remedy | undefined {
  if (givenBy === undefined || !layer.histogram) return undefined;
  const wanted = layer.histogram.thresholds[width][layer.observer];
  const factor = thresholdOf(layer) / wanted;
  if (factor < FAR_OFF && factor > 1 / FAR_OFF) return undefined;
  const times = factor > 1 ? `${short(factor)} times` : `1/${short(1 / factor)} of`;
  return {
    node: layer.node,
    kind: "scale",
    why: `the scale of "${layer.value}" given by ${givenBy} is about ${times} what calibration would choose (${short(layer.scale)} instead of ${short(layer.scale / factor)}); drop it`,
    change: { kind: "calibrate" },
  };
}

/** Values that calibration has not seen: beyond the grid, and beyond all it was shown. */
function moreData({ layer, reach, samples, hasMoreData }: Site): Remedy | undefined {
  const found = reach.get(layer.value);
  const seen = layer.histogram;
  if (!hasMoreData || !found || seen?.source !== "calibration" || found.beyond < UNSEEN) return undefined;
  if (found.max <= seen.max && found.min >= seen.min) return undefined;
  const share = found.beyond;
  return {
    node: layer.node,
    kind: "data",
    why: `${percent(share)} of its values in the evaluation are beyond the range that ${samples} ${samples === 1 ? "sample" : "samples"} of calibration showed; calibrate on more`,
    change: { kind: "more data" },
  };
}

/** The observer whose threshold brings the most, where that is enough. */
function otherObserver({
  layer,
  own,
  width,
  plan,
  open,
  takesMix,
  takesScales,
  decibels,
}: Site): Remedy | undefined {
  if (!layer.histogram || !open.has(layer.value)) return undefined;
  const { thresholds, curve } = layer.histogram;
  const now = curveAt(curve, width, thresholdOf(layer));
  const names = Object.keys(thresholds[width]) as ObserverName[];
  const after = (name: ObserverName) =>
    decibels.replaced(own, now, curveAt(curve, width, thresholds[width][name]));
  const best = names.reduce((a, b) => (after(b) > after(a) ? b : a));
  if (after(best) - own < WORTH_DB) return undefined;
  const threshold = thresholds[width][best];
  const mix = mixOf(plan);
  const before = mix.get(layer.node);
  const isMixed = takesMix && before !== undefined;
  if (!isMixed && !takesScales) return undefined;
  return {
    node: layer.node,
    kind: "observer",
    why: `${best} would end its range at ${short(threshold)} instead of ${short(thresholdOf(layer))}: its own error would fall from ${db(own)} to about ${db(after(best))}`,
    change: isMixed
      ? { kind: "mix", mix: mix.set(layer.node, { bits: before.bits, mode: best }) }
      : {
          kind: "scale",
          value: layer.value,
          threshold,
          scale: threshold / intType(layer.bits, layer.signed).qmax,
        },
  };
}

/** The node and those that read it at 16 bit, with all that the rules tie to them: an 8-bit reader would round the value again. */
function raised(plan: QuantPlan, node: string): Mix | undefined {
  const neighbours = new QuantizedNeighbours(plan);
  const nodes = quantizedNodes(plan);
  const maker = nodes.find((one) => one.node.name === node);
  if (!maker) return undefined;
  const wanted = new Set([maker, ...neighbours.children(maker)].map((one) => one.node.name));
  const mix = mixOf(plan);
  for (const group of tiedGroups(plan))
    if (group.some((name) => wanted.has(name)))
      for (const name of group) if (mix.get(name)!.bits === 8) mix.set(name, { bits: 16, mode: "min_max" });
  return violations(plan, mix).length === 0 ? mix : undefined;
}

function moreBits({ layer, own, plan, takesMix, takesScales }: Site): Remedy | undefined {
  if (layer.bits === 16 || !plan.chip.bitWidths.includes(16)) return undefined;
  const node = layer.node;
  const mix = takesMix ? raised(plan, node) : undefined;
  if (mix) {
    const before = mixOf(plan);
    const count = [...mix].filter(([name, { bits }]) => bits !== before.get(name)!.bits).length;
    const others = count > 1 ? ` together with ${count - 1} that read it or are tied to them` : "";
    return {
      node,
      kind: "raise",
      why: `at 8 bit it adds noise of ${db(own)} itself, and no other range is better; give it 16 bit${others}`,
      change: { kind: "mix", mix },
    };
  }
  if (!takesScales) return undefined;
  return {
    node,
    kind: "raise",
    why: `at 8 bit it adds noise of ${db(own)} itself, and no other range is better; no mix gives it 16 bit alone, so give them to the whole model`,
    change: { kind: "width", bits: 16 },
  };
}

/** Leaves the node to float arithmetic: the last resort. */
function keepFloat({ layer, own, plan, givenBy }: Site): Remedy | undefined {
  const isNode = plan.nodes.some(({ node }) => node.name === layer.node);
  if (own > 10 || !isNode || givenBy !== undefined) return undefined;
  return {
    node: layer.node,
    kind: "exclude",
    why: `integers hold next to nothing of it (${db(own)}); keep it in float, if the target can run it`,
    change: { kind: "exclude" },
  };
}

/** The first that applies: what is wrong, then what costs nothing, then what costs time, then what gives up. */
const REMEDY_KINDS = [givenScale, moreData, otherObserver, moreBits, keepFloat];

/** Remedies for the worst layers, most urgent first, each at most once. */
export function remedies(layers: readonly ReportLayer[], circumstances: Circumstances): Remedy[] {
  const found = new Map<string, Remedy>();
  const worst = layers.toSorted((a, b) => a.rank - b.rank).slice(0, LOOKED_AT);
  for (const layer of worst) {
    const own = layer.own?.sqnrDb;
    if (own === undefined || own === null || own > GOOD_DB) continue;
    const site: Site = { ...circumstances, layer, own, width: layer.bits === 8 ? "8" : "16" };
    for (const look of REMEDY_KINDS) {
      const remedy = look(site);
      if (!remedy) continue;
      const key =
        remedy.change.kind === "mix" ? JSON.stringify([...remedy.change.mix]) : JSON.stringify(remedy.change);
      if (!found.has(key)) found.set(key, remedy);
      break;
    }
    if (found.size === REMEDIES) break;
  }
  return [...found.values()];
}
