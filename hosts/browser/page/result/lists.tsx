import type { QuantizeResult } from "../../index.ts";
import { useLanguage } from "../language.ts";

type Report = QuantizeResult["report"];

/** What stays float, and why. */
export function FloatLayers({ report }: { readonly report: Report }) {
  const { t } = useLanguage();
  const { floatLayers } = report;
  if (floatLayers.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="float-layers">
      <h2 id="float-layers">{t("floatLayers")}</h2>
      <ul class="reasons">
        {floatLayers.map(({ node, op, reason }) => (
          <li key={node}>
            <strong>{node}</strong> <span class="quiet">{op}</span>
            <p>{reason}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Warnings({ report }: { readonly report: Report }) {
  const { t } = useLanguage();
  if (report.warnings.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="warnings">
      <h2 id="warnings">{t("warnings")}</h2>
      <ul class="findings">
        {report.warnings.map((warning) => (
          <li key={warning} class="warning">
            <span class="badge">{t("warning")}</span>
            <div>{warning}</div>
          </li>
        ))}
      </ul>
    </section>
  );
}
