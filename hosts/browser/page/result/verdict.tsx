import { numberText } from "../../../shared/quant/figures.ts";
import type { QuantizeResult } from "../../index.ts";
import { useLanguage } from "../language.ts";
import type { MessageKey } from "../messages/en.ts";

type Report = QuantizeResult["report"];

/** Losses, in percent, up to which a model is called good, and fair. */
const GOOD = 1;
const FAIR = 5;

/** The class for the colour, and the words. */
function judge(loss: number | undefined): readonly [string, MessageKey] {
  if (loss === undefined) return ["unknown", "verdictUnknown"];
  if (loss <= GOOD) return ["good", "verdictGood"];
  return loss <= FAIR ? ["fair", "verdictFair"] : ["poor", "verdictPoor"];
}

/** Results that are no accuracy are similarities: the float model's to itself is 1. */
function isSimilarity({ float, fixed }: Report): boolean {
  return float === 1 && fixed !== undefined && Math.abs(fixed) <= 1;
}

/** The answer first: is the model good. */
export function Verdict({ report }: { readonly report: Report }) {
  const { t } = useLanguage();
  const [kind, words] = judge(report.loss);
  const loss = report.loss === undefined ? t("lossUndefined") : `${numberText(report.loss)} %`;
  const figures: readonly (readonly [MessageKey, string])[] = [
    ["float", numberText(report.float)],
    ["fixed", numberText(report.fixed)],
    ["loss", loss],
  ];
  const { integerNodes: integer, floatLayers } = report;
  const facts: readonly (readonly [MessageKey, string])[] = [
    ["target", `${report.chip}, ${report.bits} bit, ${report.mode}`],
    ["calibratedOn", report.calibration],
    ["nodes", t("nodeCounts", { integer, float: floatLayers.length })],
  ];
  return (
    <div class={`verdict ${kind}`}>
      <p class="words">{t(words)}</p>
      <dl class="figures">
        {figures.map(([key, value]) => (
          <div key={key}>
            <dt>{t(key)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {isSimilarity(report) && <p class="quiet">{t("similarity")}</p>}
      <dl class="facts">
        {facts.map(([key, value]) => (
          <div key={key}>
            <dt>{t(key)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
