import type { Advice, ReportLayer } from "../../core-ts/report/report.ts";
import { Command } from "./command.tsx";
import { useTranslate } from "./language.ts";
import type { MessageKey } from "./messages/en.ts";
import { useView } from "./view.ts";

const TITLES: Readonly<Record<Advice["kind"], MessageKey>> = {
  raise: "adviceRaise",
  observer: "adviceObserver",
  scale: "adviceScale",
  data: "adviceData",
  exclude: "adviceExclude",
};

function Card({ advice, layer }: { readonly advice: Advice; readonly layer: ReportLayer | undefined }) {
  const t = useTranslate();
  const { select } = useView();
  return (
    <li class="card">
      <h3>
        <span class="badge">{t(TITLES[advice.kind])}</span> <span class="name">{advice.node}</span>
      </h3>
      <p>{advice.why}</p>
      <Command command={advice.command} file={advice.file} />
      {layer && (
        <button type="button" class="plain" onClick={() => select(layer)}>
          {t("show")}
        </button>
      )}
    </li>
  );
}

/** What to do about the worst layers, each as a command. */
export function AdviceCards() {
  const t = useTranslate();
  const { advice, layers } = useView().report;
  return (
    <section class="panel" aria-labelledby="advice">
      <h2 id="advice">{t("advice")}</h2>
      {advice.length === 0 && <p>{t("adviceNone")}</p>}
      <ul class="cards">
        {advice.map((one) => (
          <Card
            key={`${one.node} ${one.kind} ${one.command}`}
            advice={one}
            layer={layers.find(({ node }) => node === one.node)}
          />
        ))}
      </ul>
    </section>
  );
}
