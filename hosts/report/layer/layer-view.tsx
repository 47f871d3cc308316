import type { ReportLayer } from "../../../core-ts/report/report.ts";
import { choiceOf } from "../choices.ts";
import { COLUMNS, type ColumnName } from "../columns.ts";
import { heatColor } from "../figures.ts";
import { useTranslate } from "../language.ts";
import { useView } from "../view.ts";
import { CurveChart } from "./curve-chart.tsx";
import { Histogram } from "./histogram.tsx";
import { ThresholdControl } from "./threshold-control.tsx";
import { Weights } from "./weights.tsx";

const FACTS = [
  "total",
  "own",
  "cosine",
  "clipped",
  "scale",
  "bits",
  "observer",
  "largestError",
] as const satisfies ColumnName[];

function Facts({ layer }: { readonly layer: ReportLayer }) {
  const t = useTranslate();
  return (
    <dl class="layer-facts">
      {FACTS.map((name) => (
        <div key={name}>
          <dt>{t(COLUMNS[name].title)}</dt>
          <dd>{COLUMNS[name].text(layer, t("exact"))}</dd>
        </div>
      ))}
    </dl>
  );
}

/** To the neighbours by place, and by damage. */
function Steps({ layer }: { readonly layer: ReportLayer }) {
  const t = useTranslate();
  const { report, select } = useView();
  const { layers } = report;
  const step = (label: string, sign: string, to: ReportLayer | undefined) => (
    <button type="button" title={label} aria-label={label} disabled={!to} onClick={() => to && select(to)}>
      {sign}
    </button>
  );
  const byRank = (rank: number) => layers.find((one) => one.rank === rank);
  return (
    <span class="steps">
      {step(t("previous"), "←", layers[layer.index - 1])}
      {step(t("next"), "→", layers[layer.index + 1])}
      {step(t("worse"), "↑", byRank(layer.rank - 1))}
      {step(t("lessBad"), "↓", byRank(layer.rank + 1))}
    </span>
  );
}

/** Where the scale comes from, and what other choices would bring. */
function Scale({ layer }: { readonly layer: ReportLayer }) {
  const t = useTranslate();
  const { report, choices, choose, select } = useView();
  const { histogram, sharesWith } = layer;
  if (sharesWith !== undefined) {
    const owner = report.layers.find(({ value }) => value === sharesWith);
    return (
      <p class="hint">
        {t("sharesWith", { value: sharesWith })}{" "}
        {owner && (
          <button type="button" class="plain" onClick={() => select(owner)}>
            {t("show")}
          </button>
        )}
      </p>
    );
  }
  if (!histogram) return <p class="hint">{t("noHistogram")}</p>;
  const choice = choiceOf(layer, choices);
  const onThreshold = (threshold: number) =>
    threshold > 0 && choose(layer, { bits: choice.bits, rule: "own", threshold });
  return (
    <>
      <Histogram layer={layer} histogram={histogram} choice={choice} onThreshold={onThreshold} />
      <ThresholdControl
        layer={layer}
        histogram={histogram}
        choice={choice}
        onChoice={(next) => choose(layer, next)}
      />
      <CurveChart
        curve={histogram.curve}
        choice={choice}
        marks={Object.values(histogram.thresholds[`${choice.bits}`])}
        onThreshold={onThreshold}
      />
    </>
  );
}

/** Everything about the layer that is selected. */
export function LayerView() {
  const t = useTranslate();
  const { report, selected: layer } = useView();
  if (!layer) return null;
  const db = layer.own ? layer.own.sqnrDb : layer.total.sqnrDb;
  return (
    <section class="panel layer-view" id="layer" aria-labelledby="layer-name">
      <div class="layer-head">
        <span class="quiet">{t("selected", { index: layer.index + 1, count: report.layers.length })}</span>
        <Steps layer={layer} />
      </div>
      <h2 id="layer-name">
        <span class="dot" style={{ background: heatColor(db) }} aria-hidden="true" /> {layer.node}{" "}
        <span class="quiet">{layer.op}</span>
      </h2>
      <Facts layer={layer} />
      <Scale key={layer.index} layer={layer} />
      {layer.weights && <Weights weights={layer.weights} />}
    </section>
  );
}
