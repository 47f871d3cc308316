import { FileDrop } from "./file-drop.tsx";
import { isNewModel, likelyModel, sizeText, withFiles } from "./files.ts";
import { useLanguage } from "./language.ts";

/** What the user has dropped. */
export interface Inputs {
  readonly model: File | undefined;
  readonly companions: readonly File[];
  readonly data: readonly File[];
}

export const NO_INPUTS: Inputs = { model: undefined, companions: [], data: [] };

interface InputProps {
  readonly inputs: Inputs;
  readonly onChange: (inputs: Inputs) => void;
}

/** Data are many files at times: beyond this they are counted. */
const LISTED = 6;

function FileRow({ file, onRemove }: { readonly file: File; readonly onRemove: () => void }) {
  const { t } = useLanguage();
  return (
    <>
      <span class="file-name">{file.name}</span>
      <span class="quiet">{sizeText(file.size)}</span>
      <button type="button" class="plain" aria-label={t("remove", { name: file.name })} onClick={onRemove}>
        ×
      </button>
    </>
  );
}

/** The model and what it needs beside it. Of several files one is the model, which the user may say. */
export function ModelInput({ inputs, onChange }: InputProps) {
  const { t } = useLanguage();
  const files = [...(inputs.model ? [inputs.model] : []), ...inputs.companions];
  const choose = (from: readonly File[], model = likelyModel(from)) =>
    onChange({ ...inputs, model, companions: from.filter((file) => file !== model) });
  const listed = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  return (
    <section aria-labelledby="model-step">
      <h2 id="model-step">{t("modelStep")}</h2>
      <FileDrop
        text={t("modelDrop")}
        onFiles={(added) => choose(isNewModel(added) ? added : withFiles(files, added))}
      />
      <ul class="files">
        {listed.map((file) => (
          <li key={file.name}>
            {files.length > 1 && (
              <input
                type="radio"
                name="model"
                checked={file === inputs.model}
                aria-label={t("isModel", { name: file.name })}
                onChange={() => choose(files, file)}
              />
            )}
            <FileRow file={file} onRemove={() => choose(files.filter((other) => other !== file))} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Listed({ data, onChange }: { data: readonly File[]; onChange: (data: readonly File[]) => void }) {
  const { t } = useLanguage();
  if (data.length > LISTED) {
    const size = sizeText(data.reduce((sum, file) => sum + file.size, 0));
    return (
      <p class="files">
        {t("fileCount", { count: data.length, size })}{" "}
        <button type="button" class="plain" onClick={() => onChange([])}>
          {t("removeAll")}
        </button>
      </p>
    );
  }
  return (
    <ul class="files">
      {data.map((file) => (
        <li key={file.name}>
          <FileRow file={file} onRemove={() => onChange(data.filter((other) => other !== file))} />
        </li>
      ))}
    </ul>
  );
}

export function DataInput({ inputs, onChange }: InputProps) {
  const { t } = useLanguage();
  const { data } = inputs;
  const change = (changed: readonly File[]) => onChange({ ...inputs, data: changed });
  return (
    <section aria-labelledby="data-step">
      <h2 id="data-step">{t("dataStep")}</h2>
      <FileDrop text={t("dataDrop")} onFiles={(added) => change(withFiles(data, added))} />
      {data.length === 0 ? <p class="hint">{t("dataNone")}</p> : <Listed data={data} onChange={change} />}
    </section>
  );
}
