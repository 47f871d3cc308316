import { useState } from "preact/hooks";
import { useLanguage } from "./language.ts";

interface FileDropProps {
  readonly text: string;
  readonly onFiles: (files: File[]) => void;
  readonly multiple?: boolean;
}

/** A place to drop files on, which is a file input for keyboards and fingers. */
export function FileDrop({ text, onFiles, multiple = true }: FileDropProps) {
  const { t } = useLanguage();
  const [isOver, setOver] = useState(false);
  const take = (list: FileList | null | undefined) => {
    const files = [...(list ?? [])];
    if (files.length > 0) onFiles(multiple ? files : files.slice(0, 1));
  };
  return (
    <label
      class={`drop${isOver ? " over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files);
      }}
    >
      <input
        type="file"
        multiple={multiple}
        onChange={(event) => {
          take(event.currentTarget.files);
          // The same file may be chosen again after it was removed.
          event.currentTarget.value = "";
        }}
      />
      <span>{text}</span>
      <span class="link">{t("choose")}</span>
    </label>
  );
}
