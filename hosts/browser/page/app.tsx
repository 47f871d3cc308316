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
import { type Findings, useFindings } from "./use-findings.ts";
import { type Job, useJob } from "./use-job.ts";

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

interface OutcomeProps {
  readonly inputs: Inputs;
  readonly findings: Findings;
  readonly job: Job;
  /** What went wrong outside of a job. */
  readonly problem: unknown;
  readonly onDemo: () => void;
}

/** Everything the page has to tell: errors, the result, what the doctor says. */
function Outcome({ inputs, findings, job, problem, onDemo }: OutcomeProps) {
  const { state, log } = job;
  return (
    <div class="outcome">
      {problem !== undefined && <Problem error={problem} />}
      {state.kind === "failed" && <Problem error={state.error} />}
      {!inputs.model && <Welcome onDemo={onDemo} />}
      {state.kind === "done" && (
        <ResultView
          key={state.ms}
          result={state.result}
          inputs={state.inputs}
          options={state.options}
          log={log}
        />
      )}
      {/* What stops the job has mostly stopped the doctor as well: one of them says it. */}
      {!(state.kind === "failed" && findings.kind === "failed") && <FindingsPanel state={findings} />}
    </div>
  );
}

function Page() {
  const [inputs, setInputs] = useState(NO_INPUTS);
  const [options, setOptions] = useState<OptionValues>({});
  const [problem, setProblem] = useState<unknown>();
  const job = useJob();
  const findings = useFindings(inputs, options);
  const demo = async () => {
    const ready = await demoInputs();
    setInputs(ready);
    await job.start(ready, options);
  };
  const fileNames = inputs.companions.map(({ name }) => name);
  return (
    <main>
      <div class="form">
        <ModelInput inputs={inputs} onChange={setInputs} />
        <DataInput inputs={inputs} onChange={setInputs} />
        <Settings values={options} onChange={setOptions} onError={setProblem} fileNames={fileNames} />
        <RunBar
          state={job.state}
          canStart={inputs.model !== undefined}
          onStart={() => void job.start(inputs, options)}
          onStop={job.stop}
        />
      </div>
      <Outcome
        inputs={inputs}
        findings={findings}
        job={job}
        problem={problem}
        onDemo={() => void demo().catch(setProblem)}
      />
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
