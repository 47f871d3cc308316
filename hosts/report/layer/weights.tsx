import { scaleLinear } from "d3-scale";
import type { WeightReport } from "../../../core-ts/report/report.ts";
import { type Area, type Axis, Plot } from "../charts/plot.tsx";
import { dbText, heatColor, realText } from "../figures.ts";
import { type Translate, useTranslate } from "../language.ts";

interface BarsProps {
  readonly weights: WeightReport;
  readonly title: string;
  readonly top: number;
  /** Height of a channel's bar, in units of the axis. */
  readonly value: (entry: number) => number;
  readonly color?: (entry: number) => string;
}

function tipOf(weights: WeightReport, entry: number, t: Translate): readonly string[] | undefined {
  const largest = weights.largest[entry];
  if (largest === undefined) return undefined;
  const first = entry * weights.perEntry;
  const last = Math.min(first + weights.perEntry, weights.channels) - 1;
  return [
    t("channelTip", { channel: first === last ? first : `${first}–${last}` }),
    `${t("largestAxis")} ${realText(largest)}`,
    dbText(weights.sqnrDb[entry] ?? null, t("exact")),
  ];
}

/** One bar a channel. */
function Bars({ weights, title, top, value, color }: BarsProps) {
  const t = useTranslate();
  const count = weights.largest.length;
  const axes = ({ xRange, yRange }: Area) => ({
    x: scaleLinear([0, weights.channels], xRange),
    y: scaleLinear([0, top], yRange),
  });
  const tip = (pixel: number, x: Axis) => {
    const lines = tipOf(weights, Math.floor(x.invert(pixel) / weights.perEntry), t);
    return lines && { x: pixel, lines };
  };
  return (
    <Plot
      label={t("weightsLabel", { count: weights.channels })}
      height={120}
      xTitle={t("channelAxis")}
      yTitle={title}
      axes={axes}
      tip={tip}
    >
      {({ x, y }, { yRange }) => {
        const step = (x(weights.channels) - x(0)) / count;
        return weights.largest.map((_, entry) => (
          <rect
            key={entry}
            class="bar"
            x={x(0) + entry * step}
            width={Math.max(step * (step > 3 ? 0.8 : 1), 0.5)}
            y={y(value(entry))}
            height={yRange[0] - y(value(entry))}
            style={color ? { fill: color(entry) } : undefined}
          />
        ));
      }}
    </Plot>
  );
}

/** How large each channel's weights are, and how well they are rounded. */
export function Weights({ weights }: { readonly weights: WeightReport }) {
  const t = useTranslate();
  const { largest, sqnrDb, perEntry } = weights;
  const top = Math.max(...sqnrDb.filter((db) => db !== null), 10);
  return (
    <figure>
      <figcaption>
        <h3>{t("weights")}</h3>
      </figcaption>
      <p class="hint">
        <span class="name">{weights.name}</span>. {t("weightsHint")}{" "}
        {perEntry > 1 && t("perEntry", { count: perEntry })}
      </p>
      <Bars
        weights={weights}
        title={t("largestAxis")}
        top={Math.max(...largest) || 1}
        value={(entry) => largest[entry]!}
      />
      <Bars
        weights={weights}
        title={t("sqnrAxis")}
        top={top}
        value={(entry) => Math.max(sqnrDb[entry] ?? top, 0)}
        color={(entry) => heatColor(sqnrDb[entry] ?? null)}
      />
    </figure>
  );
}
