import { useEffect, useMemo, useState } from "preact/hooks";
import type { Report, ReportLayer } from "../../core-ts/report/report.ts";
import { AdviceCards } from "./advice.tsx";
import { Cart, CartBar } from "./cart.tsx";
import { type Choices, chosen } from "./choices.ts";
import { DepthChart } from "./depth-chart.tsx";
import { GraphView } from "./graph/graph-view.tsx";
import { firstLanguage, LanguageContext } from "./language.ts";
import { LayerView } from "./layer/layer-view.tsx";
import { LayerTable } from "./layer-table.tsx";
import { FloatLayers, Warnings } from "./lists.tsx";
import { TopBar } from "./top-bar.tsx";
import { Verdict } from "./verdict.tsx";
import { type View, ViewContext } from "./view.ts";

/** On narrow pages the layer is below what was clicked. */
function bringIntoSight(): void {
  const top = document.getElementById("layer")?.getBoundingClientRect().top ?? 0;
  if (top > innerHeight * 0.8)
    document.getElementById("layer")?.scrollIntoView({ behavior: "smooth", block: "start" });
}

function useReportView(report: Report): View {
  const worst = report.layers.find(({ rank }) => rank === 0);
  const [selected, setSelected] = useState<ReportLayer | undefined>(worst);
  const [choices, setChoices] = useState<Choices>(new Map());
  return useMemo(
    () => ({
      report,
      selected,
      choices,
      select(layer) {
        setSelected(layer);
        bringIntoSight();
      },
      choose: (layer, choice) => setChoices((before) => chosen(report, before, layer, choice)),
      clear: () => setChoices(new Map()),
    }),
    [report, selected, choices],
  );
}

/** The report: the verdict, what to do, which layer, why. */
export function App({ report }: { readonly report: Report }) {
  const [language, setLanguage] = useState(firstLanguage);
  const view = useReportView(report);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <LanguageContext.Provider value={language}>
      <ViewContext.Provider value={view}>
        <TopBar language={language} onLanguage={setLanguage} />
        <main>
          <Verdict />
          <AdviceCards />
          <div class="columns">
            <div class="column">
              <DepthChart />
              <LayerTable />
            </div>
            <LayerView />
          </div>
          <Cart />
          <GraphView />
          <Warnings />
          <FloatLayers />
        </main>
        <CartBar />
      </ViewContext.Provider>
    </LanguageContext.Provider>
  );
}
