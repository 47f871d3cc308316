import { useLayoutEffect, useRef } from "preact/hooks";
import type { JobFile } from "../../index.ts";
import { useLanguage } from "../language.ts";

/** The report in the language and the theme of this page: a frame without an origin can't look them up. */
function asHere(report: string): string {
  const { lang, dataset } = document.documentElement;
  return report.replace("<html>", `<html lang="${lang}" data-theme="${dataset.theme ?? "auto"}">`);
}

/** Reports are whole pages with scripts: they are shown in a frame that has no origin and reaches nothing. */
export function ReportFrame({ file }: { readonly file: JobFile }) {
  const { t } = useLanguage();
  const frame = useRef<HTMLIFrameElement>(null);
  // Before the frame can have loaded: it asks once.
  useLayoutEffect(() => {
    const answer = (event: MessageEvent) => {
      const target = frame.current?.contentWindow;
      if (!target || event.source !== target) return;
      target.postMessage(asHere(new TextDecoder().decode(file.bytes)), "*");
    };
    addEventListener("message", answer);
    return () => removeEventListener("message", answer);
  }, [file]);
  return (
    <section class="panel">
      <h2>{t("report")}</h2>
      <iframe
        key={file.name}
        ref={frame}
        class="report"
        title={file.name}
        sandbox="allow-scripts allow-downloads"
        allow="clipboard-write"
        src="./report-frame.html"
      />
    </section>
  );
}
