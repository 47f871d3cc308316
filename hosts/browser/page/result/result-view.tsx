import { useLanguage } from "../language.ts";
import { Compare, type CompareProps } from "./compare.tsx";
import { Downloads } from "./downloads.tsx";
import { Layers } from "./layers.tsx";
import { FloatLayers, Warnings } from "./lists.tsx";
import { ReportFrame } from "./report-frame.tsx";
import { Verdict } from "./verdict.tsx";

interface ResultViewProps extends CompareProps {
  readonly log: readonly string[];
}

/** The verdict first, then what to do with it, then the reasons. */
export function ResultView({ result, inputs, options, log }: ResultViewProps) {
  const { t } = useLanguage();
  const { report, files, text } = result;
  const reports = files.filter(({ name }) => name.endsWith("_report.html"));
  return (
    <>
      <section class="panel" aria-labelledby="result">
        <h2 id="result">{t("result")}</h2>
        <Verdict report={report} />
        <Downloads result={result} />
      </section>
      <Warnings report={report} />
      <Compare result={result} inputs={inputs} options={options} />
      <Layers report={report} />
      <FloatLayers report={report} />
      {reports.map((file) => (
        <ReportFrame key={file.name} file={file} />
      ))}
      <section class="panel">
        <details>
          <summary>{t("summary")}</summary>
          <pre>{[text, ...log].join("\n")}</pre>
        </details>
      </section>
    </>
  );
}
