import { useEffect, useState } from "preact/hooks";
import { ownFile } from "./files.ts";
import { FindingsPanel } from "./findings.tsx";
import { DataInput, type Inputs, ModelInput, NO_INPUTS } from "./inputs.tsx";
import { firstLanguage, LanguageContext, useLanguage } from "./language.ts";
import { Problem } from "./problem.tsx";
import { remember } from "./remember.ts";
import { ResultView } from "./result/result-view.tsx";
import { RunBar } from "./run-bar.tsx";
import { type OptionValues, Settings } from "./settings.tsx";
import { TopBar } from "./top-bar.tsx";
import { useFindings } from "./use-findings.ts";
import { useJob } from "./use-job.ts";

async function demoInputs(): Promise<Inputs> {
  const [model, data] = await Promise.all([ownFile("demo/digits.onnx"), ownFile("demo/calibration.npy")]);
  return { model, companions: [], data: [data] };
}

function Welcome({ onDemo }: { readonly onDemo: () => void }) {
  const { t } = useLanguage();
  return (
    <section class="panel welcome">
      <h2>{t("emptyTitle")}</h2>
      <p>{t("emptyText")}</p>
      <button type="button" class="primary" onClick={onDemo}>
        {t("demo")}
      </button>
      <p class="hint">{t("demoText")}</p>
    </section>
  );
}

function Page() {
  const [inputs, setInputs] = useState(NO_INPUTS);
  const [options, setOptions] = useState<OptionValues>({});
  const [problem, setProblem] = useState<unknown>();
  const job = useJob();
  const findings = useFindings(inputs, options);
  const { state } = job;
  const demo = async () => {
    try {
      const ready = await demoInputs();
      setInputs(ready);
      await job.start(ready, options);
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <main>
      <div class="form">
        <ModelInput inputs={inputs} onChange={setInputs} />
        <DataInput inputs={inputs} onChange={setInputs} />
        <Settings
          values={options}
          onChange={setOptions}
          onError={setProblem}
          fileNames={inputs.companions.map(({ name }) => name)}
        />
        <RunBar
          state={state}
          canStart={inputs.model !== undefined}
          onStart={() => void job.start(inputs, options)}
          onStop={job.stop}
        />
      </div>
      <div class="outcome">
        {problem !== undefined && <Problem error={problem} />}
        {state.kind === "failed" && <Problem error={state.error} />}
        {!inputs.model && <Welcome onDemo={() => void demo()} />}
        {state.kind === "done" && (
          <ResultView
            key={state.ms}
            result={state.result}
            inputs={state.inputs}
            options={state.options}
            log={job.log}
          />
        )}
        <FindingsPanel state={findings} />
      </div>
    </main>
  );
}

/** The page in the language that is chosen. */
export function App() {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    remember("language", language);
  }, [language]);
  return (
    <LanguageContext.Provider value={language}>
      <TopBar language={language} onLanguage={setLanguage} />
      <Page />
      <Footer />
    </LanguageContext.Provider>
  );
}

function Footer() {
  const { t } = useLanguage();
  return (
    <footer>
      <p>{t("local")}</p>
    </footer>
  );
}
