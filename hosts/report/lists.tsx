import { useTranslate } from "./language.ts";
import { useView } from "./view.ts";

export function Warnings() {
  const t = useTranslate();
  const { warnings } = useView().report;
  if (warnings.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="warnings">
      <h2 id="warnings">{t("warnings")}</h2>
      <ul class="reasons">
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </section>
  );
}

/** Layers that stay float, and why. */
export function FloatLayers() {
  const t = useTranslate();
  const { floatLayers } = useView().report;
  if (floatLayers.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="float">
      <h2 id="float">{t("floatLayers")}</h2>
      <ul class="reasons">
        {floatLayers.map(({ node, op, reason }) => (
          <li key={node}>
            {op} <span class="name">{node}</span>: {reason}
          </li>
        ))}
      </ul>
    </section>
  );
}
