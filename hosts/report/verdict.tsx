import type { Report } from "../../core-ts/report/report.ts";
import { numberText } from "../shared/quant/figures.ts";
import { bytesText, dbText, percentText, secondsText } from "./figures.ts";
import { judge, worstOutput } from "./judge.ts";
import { type Translate, useTranslate } from "./language.ts";
import { useView } from "./view.ts";

type Pair = readonly [name: string, value: string];

function resultFigures(report: Report, t: Translate): Pair[] {
  const { verdict } = report;
  const { float, fixed, loss } = verdict;
  if (float === null || fixed === null) return [];
  return [
    [t("float"), numberText(float)],
    [t("fixed"), numberText(fixed)],
    [t("loss"), loss === null ? t("undefined") : `${numberText(loss)} %`],
  ];
}

function figures(report: Report, t: Translate): Pair[] {
  const { verdict } = report;
  const worst = worstOutput(verdict);
  const nodes = verdict.integerNodes + verdict.floatNodes;
  return [
    ...resultFigures(report, t),
    ...(worst ? [[t("outputSqnr"), dbText(worst.sqnrDb, t("exact"))] as const] : []),
    [t("size"), t("sizeTimes", { from: bytesText(verdict.floatBytes), to: bytesText(verdict.fixedBytes) })],
    [t("integerShare"), nodes === 0 ? t("unknown") : percentText(verdict.integerNodes / nodes)],
    [t("time"), secondsText(verdict.milliseconds)],
    ...(verdict.peakBytes === null ? [] : [[t("memory"), bytesText(verdict.peakBytes)] as const]),
  ];
}

function facts({ verdict }: Report, t: Translate): Pair[] {
  const width = verdict.bits === "mixed" ? verdict.bits : t("bitsOf", { bits: verdict.bits });
  const outputs: Pair[] =
    verdict.outputs.length > 1
      ? verdict.outputs.map(({ name, cosine, sqnrDb }) => [
          name,
          `${dbText(sqnrDb, t("exact"))}, ${t("cosine")} ${cosine.toFixed(5)}`,
        ])
      : [];
  return [
    [t("target"), `${verdict.chip}, ${width}, ${verdict.observer}`],
    [t("calibration"), verdict.calibration],
    ...verdict.figures.map(
      ({ name, float, fixed }): Pair => [
        name,
        `${t("float")} ${numberText(float ?? undefined)}, ${t("fixed")} ${numberText(fixed ?? undefined)}`,
      ],
    ),
    ...(verdict.measure === null ? [] : [[t("measure"), verdict.measure] as const]),
    ...outputs,
  ];
}

/** The answer first: is the model good; then the figures. */
export function Verdict() {
  const t = useTranslate();
  const { report } = useView();
  const { grade, words, values } = judge(report);
  const list = (pairs: readonly Pair[], name: string) => (
    <dl class={name}>
      {pairs.map(([title, value]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
  return (
    <section class={`panel verdict ${grade}`} aria-label={t(words, values)}>
      <p class="words">{t(words, values)}</p>
      {list(figures(report, t), "figures")}
      {list(facts(report, t), "facts")}
    </section>
  );
}
