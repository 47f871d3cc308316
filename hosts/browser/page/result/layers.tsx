import { useState } from "preact/hooks";
import { isPoor, numberText, POOR, worstLayers } from "../../../shared/quant/figures.ts";
import type { QuantizeResult } from "../../index.ts";
import { useLanguage } from "../language.ts";

type Report = QuantizeResult["report"];

/** Shown before the user asks for all. */
const FIRST = 12;

function LayerTable({ layers }: Pick<Report, "layers">) {
  const { t } = useLanguage();
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">{t("layer")}</th>
            <th scope="col" class="text minor">
              {t("op")}
            </th>
            <th scope="col" class="minor">
              {t("bits")}
            </th>
            {(["cosine", "sqnr", "maxError"] as const).map((key) => (
              <th key={key} scope="col">
                {t(key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {layers.map((layer) => (
            <tr key={layer.value} class={isPoor(layer) ? "poor" : ""}>
              <th scope="row">{layer.node}</th>
              <td class="text minor">{layer.op}</td>
              <td class="minor">{layer.bits}</td>
              <td>{layer.cosine.toFixed(6)}</td>
              <td>{Number.isFinite(layer.sqnrDb) ? layer.sqnrDb.toFixed(2) : t("exact")}</td>
              <td>{numberText(layer.maxAbs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How far each integer layer is off, worst first. */
export function Layers({ report }: { readonly report: Report }) {
  const { t } = useLanguage();
  const [showsAll, setShowsAll] = useState(false);
  const { layers, compared } = report;
  if (layers.length === 0) return null;
  const poor = layers.filter(isPoor).length;
  return (
    <section class="panel" aria-labelledby="layers">
      <h2 id="layers">{t("layers")}</h2>
      <p class="hint">
        {t("layersOn", { what: compared })}{" "}
        {poor > 0 && t("poorLayers", { count: poor, cosine: POOR.cosine, sqnr: POOR.sqnrDb })}
      </p>
      <LayerTable layers={worstLayers(layers, showsAll ? layers.length : FIRST)} />
      {!showsAll && layers.length > FIRST && (
        <button type="button" onClick={() => setShowsAll(true)}>
          {t("showAll", { count: layers.length })}
        </button>
      )}
    </section>
  );
}
