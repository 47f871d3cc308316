import { useEffect, useState } from "preact/hooks";
import { chips, type JobChip, type JobOption, options } from "../index.ts";
import { useLanguage } from "./language.ts";
import { OptionControl, type OptionValue } from "./option-control.tsx";

export type OptionValues = Readonly<Record<string, OptionValue>>;

/** What most people set; the rest is one click away. */
const FREQUENT = ["chip", "bit-width", "quant-mode"];

interface Tables {
  readonly options: readonly JobOption[];
  readonly chips: readonly JobChip[];
}

export interface SettingsProps {
  readonly values: OptionValues;
  readonly onChange: (values: OptionValues) => void;
  readonly onError: (error: unknown) => void;
  /** Names of the files beside the model: what options that name a file may mean. */
  readonly fileNames: readonly string[];
}

/** The options there are, from the table behind the command line. */
function useTables(onError: SettingsProps["onError"]): Tables | undefined {
  const [tables, setTables] = useState<Tables>();
  useEffect(() => {
    const load = async () => setTables({ options: await options(), chips: await chips() });
    load().catch(onError);
  }, []);
  return tables;
}

interface FieldProps extends Omit<SettingsProps, "onError"> {
  readonly option: JobOption;
  readonly chips: readonly JobChip[];
}

function Field({ option, chips, values, onChange, fileNames }: FieldProps) {
  const { name } = useLanguage();
  const { long, help, schema } = option;
  const id = `option-${long}`;
  const isText = schema.type === "string" && !("enum" in schema && schema.enum);
  const suggestions = long === "chip" ? chips.map(({ example }) => example) : isText ? fileNames : [];
  const set = (value: OptionValue | undefined) => {
    const { [long]: _, ...others } = values;
    onChange(value === undefined ? others : { ...others, [long]: value });
  };
  return (
    <div class="field">
      <label id={`${id}-label`} for={id} title={help}>
        {name(long)}
      </label>
      <OptionControl option={option} id={id} value={values[long]} suggestions={suggestions} onChange={set} />
      {!FREQUENT.includes(long) && <p class="hint">{help}</p>}
    </div>
  );
}

/** A control for every option of a job: the frequent ones, and the rest by group. */
export function Settings({ onError, ...props }: SettingsProps) {
  const { t, name } = useLanguage();
  const tables = useTables(onError);
  const field = (option: JobOption) => (
    <Field key={option.long} option={option} chips={tables!.chips} {...props} />
  );
  const rest = tables?.options.filter(({ long }) => !FREQUENT.includes(long)) ?? [];
  const groups = [...new Set(rest.map(({ group }) => group))];
  return (
    <section aria-labelledby="settings-step">
      <h2 id="settings-step">{t("settingsStep")}</h2>
      {!tables && <p class="hint">{t("optionsLoading")}</p>}
      {tables && FREQUENT.flatMap((long) => tables.options.filter((one) => one.long === long)).map(field)}
      {tables && (
        <details>
          <summary>{t("more")}</summary>
          {groups.map((group) => (
            <fieldset key={group}>
              <legend>{name(group)}</legend>
              {rest.filter((option) => option.group === group).map(field)}
            </fieldset>
          ))}
        </details>
      )}
    </section>
  );
}
