import { zipSync } from "fflate";
import type { JobFile, QuantizeResult } from "../../index.ts";
import { saveFile } from "../files.ts";
import { useLanguage } from "../language.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const isScales = ({ name }: JobFile) => name.endsWith("_scale.json");

/** Weights hardly shrink: the files are stored as they are, which takes no time. */
function zipOf({ model, files }: QuantizeResult): Bytes {
  const entries = [model, ...files].map(({ name, bytes }) => [name, bytes] as const);
  return zipSync(Object.fromEntries(entries), { level: 0 }) as Bytes;
}

/** The model first, then the rest. */
export function Downloads({ result }: { readonly result: QuantizeResult }) {
  const { t } = useLanguage();
  const { model, files } = result;
  const scales = files.find(isScales);
  const save = ({ name, bytes }: JobFile) => saveFile(name, bytes as Bytes);
  return (
    <fieldset class="buttons">
      <legend class="unseen">{t("downloads")}</legend>
      <button type="button" class="primary" onClick={() => save(model)} title={model.name}>
        ↓ {t("downloadModel")}
      </button>
      {scales && (
        <button type="button" onClick={() => save(scales)} title={scales.name}>
          ↓ {t("downloadScales")}
        </button>
      )}
      <button
        type="button"
        onClick={() => saveFile(`${model.name.replace(/\.onnx$/, "")}.zip`, zipOf(result))}
      >
        ↓ {t("downloadAll")}
      </button>
    </fieldset>
  );
}
