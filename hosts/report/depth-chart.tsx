import { scaleLinear } from "d3-scale";
import type { ReportLayer } from "../../core-ts/report/report.ts";
import { POOR } from "../shared/quant/figures.ts";
import { type Area, type Axis, Plot, pathOf, Upright } from "./charts/plot.tsx";
import { dbText, heatColor } from "./figures.ts";
import { type Translate, useTranslate } from "./language.ts";
import { useView } from "./view.ts";

/** Exact layers are drawn this much above the best of the others, in dB. */
const ABOVE = 5;

/** Lowest and highest dB of the picture. */
function range(layers: readonly ReportLayer[]): readonly [number, number] {
  const all = layers.flatMap(({ own, total }) => [own?.sqnrDb ?? null, total.sqnrDb]);
  const finite = all.filter((db) => db !== null);
  return [Math.min(0, ...finite), Math.max(POOR.sqnrDb, ...finite) + ABOVE];
}

interface MarksProps {
  readonly layers: readonly ReportLayer[];
  readonly x: Axis;
  readonly y: Axis;
  readonly area: Area;
  readonly selected: ReportLayer | undefined;
}

function Marks({ layers, x, y, area, selected }: MarksProps) {
  const height = (db: number | null) => y(db ?? y.domain()[1]!);
  const radius = Math.max(2, Math.min(5, area.width / layers.length / 3));
  return (
    <>
      <line
        class="poor-line"
        x1={area.xRange[0]}
        x2={area.xRange[1]}
        y1={y(POOR.sqnrDb)}
        y2={y(POOR.sqnrDb)}
      />
      {selected && <Upright at={x(selected.index)} kind="selected" area={area} />}
      <path
        class="total"
        d={pathOf(layers.map(({ index, total }) => [x(index), height(total.sqnrDb)] as const))}
      />
      {layers.map(
        ({ index, own }) =>
          own && (
            <circle
              key={index}
              cx={x(index)}
              cy={height(own.sqnrDb)}
              r={radius}
              style={{ fill: heatColor(own.sqnrDb) }}
            />
          ),
      )}
    </>
  );
}

function Legend() {
  const t = useTranslate();
  return (
    <ul class="legend">
      <li class="key-total">{t("totalError")}</li>
      <li class="key-own">{t("ownError")}</li>
      <li class="key-poor">{t("poorLine", { db: POOR.sqnrDb })}</li>
    </ul>
  );
}

function tipLines({ index, node, own, total }: ReportLayer, t: Translate): readonly string[] {
  return [
    `${index + 1} ${node}`,
    `${t("total")}: ${dbText(total.sqnrDb, t("exact"))}`,
    `${t("own")}: ${own ? dbText(own.sqnrDb, t("exact")) : t("unknown")}`,
  ];
}

/** Own error against what has piled up, over the depth of the network. */
export function DepthChart() {
  const t = useTranslate();
  const { report, selected, select } = useView();
  const { layers } = report;
  if (layers.length === 0) return null;
  const nearest = (pixel: number, x: Axis) =>
    layers[Math.min(Math.max(Math.round(x.invert(pixel)), 0), layers.length - 1)]!;
  const tip = (pixel: number, x: Axis) => {
    const layer = nearest(pixel, x);
    return { x: x(layer.index), lines: tipLines(layer, t) };
  };
  return (
    <section class="panel" aria-labelledby="depth">
      <h2 id="depth">{t("depth")}</h2>
      <p class="hint">{t("depthHint")}</p>
      <Plot
        label={t("depthLabel", { count: layers.length })}
        height={240}
        xTitle={t("layerAxis")}
        yTitle={t("sqnrAxis")}
        axes={({ xRange, yRange }) => ({
          x: scaleLinear([0, Math.max(layers.length - 1, 1)], xRange),
          y: scaleLinear(range(layers), yRange),
        })}
        tip={tip}
        onDrag={(pixel, x) => select(nearest(pixel, x))}
      >
        {(both, area) => <Marks layers={layers} {...both} area={area} selected={selected} />}
      </Plot>
      <Legend />
    </section>
  );
}
