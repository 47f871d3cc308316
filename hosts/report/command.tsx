import { useState } from "preact/hooks";
import { useTranslate } from "./language.ts";
import type { MessageKey } from "./messages/en.ts";
import { copy, save } from "./save.ts";

/** Puts a text on the clipboard, and says so. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const t = useTranslate();
  const [state, setState] = useState<MessageKey>("copy");
  const run = async () => {
    setState((await copy(text)) ? "copied" : "copyFailed");
    setTimeout(() => setState("copy"), 2500);
  };
  return (
    <button type="button" onClick={run} aria-label={state === "copy" ? `${t("copy")}: ${what}` : undefined}>
      <span aria-live="polite">{t(state)}</span>
    </button>
  );
}

interface CommandProps {
  readonly command: string;
  /** What the command reads. */
  readonly file?: { readonly name: string; readonly text: string } | undefined;
}

/** A command to run, and the file it needs. */
export function Command({ command, file }: CommandProps) {
  const t = useTranslate();
  return (
    <div class="command">
      <code>{command}</code>
      <CopyButton text={command} what={t("command")} />
      {file && (
        <div class="buttons">
          <button type="button" class="primary" onClick={() => save(file.name, file.text)}>
            {t("download", { name: file.name })}
          </button>
          <CopyButton text={file.text} what={file.name} />
        </div>
      )}
    </div>
  );
}
