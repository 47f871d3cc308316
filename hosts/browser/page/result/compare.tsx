import { useState } from "preact/hooks";
import { numberText } from "../../../shared/quant/figures.ts";
import { infer, type JobFile, type QuantizeResult, type Source } from "../../index.ts";
import { FileDrop } from "../file-drop.tsx";
import type { Inputs } from "../inputs.tsx";
import { useLanguage } from "../language.ts";
import { Problem } from "../problem.tsx";
import type { OptionValues } from "../settings.tsx";
import type { Asked } from "../use-job.ts";
import { type Agreement, agreements } from "./agreement.ts";

export interface CompareProps extends Asked {
  readonly result: QuantizeResult;
}

type Comparison =
  | { readonly kind: "none" | "running" }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "done"; readonly on: string; readonly agreements: readonly Agreement[] };

const asSource = ({ name, bytes }: JobFile): Source => ({ name, content: bytes });

/** The float model that the fixed one stands for: normalisation and cuts are in it as well. */
function floatModel({ files }: QuantizeResult, inputs: Inputs): Source {
  const optimized = files.find(({ name }) => name.endsWith("optimized_float.onnx"));
  return optimized ? asSource(optimized) : inputs.model!;
}

/** What of the options says how data become inputs, of a model that is quantized already. */
function feedOptions({ "ir-batch": batch, "quantize-input-dtype": types }: OptionValues): OptionValues {
  return {
    iteration: 1,
    ...(batch === undefined ? {} : { "batch-size": batch }),
    ...(types === undefined ? {} : { "quantize-input-dtype": types }),
  };
}

function useComparison({ result, inputs, options }: CompareProps) {
  const [state, setState] = useState<Comparison>({ kind: "none" });
  const compare = async (file: File) => {
    setState({ kind: "running" });
    const settings = { data: [file], companions: inputs.companions, options: feedOptions(options) };
    try {
      const float = await infer(floatModel(result, inputs), settings);
      const fixed = await infer(asSource(result.model), settings);
      setState({ kind: "done", on: file.name, agreements: agreements(float, fixed) });
    } catch (error) {
      setState({ kind: "failed", error });
    }
  };
  return { state, compare };
}

function AgreementTable({ output, cosine, rows, best }: Agreement) {
  const { t } = useLanguage();
  const mark = (index: number, model: "float" | "fixed") => (index === best[model] ? "best" : "");
  return (
    <div class="scroll">
      <table>
        <caption>
          {t("output", { name: output })}, {t("similarityOf", { value: cosine.toFixed(6) })}
        </caption>
        <thead>
          <tr>
            <th scope="col">{t("index")}</th>
            <th scope="col">{t("float")}</th>
            <th scope="col">{t("fixed")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ index, float, fixed }) => (
            <tr key={index}>
              <th scope="row">{index}</th>
              <td class={mark(index, "float")}>{numberText(float)}</td>
              <td class={mark(index, "fixed")}>{numberText(fixed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Float and fixed answers to one picture or array. */
export function Compare(props: CompareProps) {
  const { t } = useLanguage();
  const { state, compare } = useComparison(props);
  const first = props.inputs.data[0];
  return (
    <section class="panel" aria-labelledby="compare" aria-busy={state.kind === "running"}>
      <h2 id="compare">{t("compare")}</h2>
      <FileDrop text={t("compareDrop")} multiple={false} onFiles={([file]) => file && void compare(file)} />
      {first && (
        <button type="button" disabled={state.kind === "running"} onClick={() => void compare(first)}>
          {t("compareFirst")}
        </button>
      )}
      <div role="status" aria-live="polite">
        {state.kind === "running" && <p class="hint">{t("compareBusy")}</p>}
        {state.kind === "done" && <p class="hint">{t("compareOn", { name: state.on })}</p>}
      </div>
      {state.kind === "failed" && <Problem error={state.error} />}
      {state.kind === "done" && state.agreements.map((one) => <AgreementTable key={one.output} {...one} />)}
    </section>
  );
}
