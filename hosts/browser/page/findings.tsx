import { useLanguage } from "./language.ts";
import { Problem } from "./problem.tsx";
import type { Findings } from "./use-findings.ts";

/** What the doctor says, before anything is quantized. */
export function FindingsPanel({ state }: { readonly state: Findings }) {
  const { t } = useLanguage();
  if (state.kind === "none") return null;
  return (
    <section class="panel" aria-labelledby="findings" aria-busy={state.kind === "running"}>
      <h2 id="findings">{t("findings")}</h2>
      {state.kind === "running" && <p class="hint">{t("findingsRunning")}</p>}
      {state.kind === "failed" && <Problem error={state.error} />}
      {state.kind === "found" && state.findings.length === 0 && <p>{t("findingsNone")}</p>}
      {state.kind === "found" && (
        <ul class="findings">
          {state.findings.map(({ severity, check, place, what, remedy }) => (
            <li key={`${check} ${place}`} class={severity}>
              <span class="badge">{t(severity)}</span>
              <div>
                {place && <strong>{place}: </strong>}
                {what}
                <p class="quiet">→ {remedy}</p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
