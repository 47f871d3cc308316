import { useState } from "preact/hooks";
import type { JobOption } from "../index.ts";
import { useLanguage } from "./language.ts";

/** What a control holds: absent for "not given". */
export type OptionValue = string | number | boolean | readonly (string | number)[];

interface ControlProps {
  readonly option: JobOption;
  readonly id: string;
  readonly value: OptionValue | undefined;
  /** Values that may be meant, among others. */
  readonly suggestions: readonly string[];
  readonly onChange: (value: OptionValue | undefined) => void;
}

type Choice = string | number;

function choicesOf({ schema }: JobOption): readonly Choice[] | undefined {
  return "enum" in schema ? schema.enum : undefined;
}

/** The default in words; undefined where there is none to tell. */
function defaultOf({ fallback, fallbackText }: JobOption): string | undefined {
  return fallbackText ?? (fallback === undefined ? undefined : String(fallback));
}

function Switch({ id, value, onChange }: ControlProps) {
  return (
    <input
      id={id}
      type="checkbox"
      checked={value === true}
      onChange={(event) => onChange(event.currentTarget.checked || undefined)}
    />
  );
}

function Select({ option, id, value, onChange }: ControlProps) {
  const { t } = useLanguage();
  const choices = choicesOf(option) ?? [];
  return (
    <select
      id={id}
      value={value === undefined ? "" : String(value)}
      onChange={({ currentTarget }) => onChange(choices.find((one) => String(one) === currentTarget.value))}
    >
      <option value="">{t("defaultIs", { value: defaultOf(option) ?? "" })}</option>
      {choices.map((choice) => (
        <option key={choice} value={String(choice)}>
          {choice}
        </option>
      ))}
    </select>
  );
}

/** Several of a few values: a check box each. */
function Choices({ option, id, value, onChange }: ControlProps) {
  const { t } = useLanguage();
  const chosen = Array.isArray(value) ? (value as readonly Choice[]) : [];
  const toggle = (choice: Choice, isOn: boolean) => {
    const next = isOn ? [...chosen, choice] : chosen.filter((other) => other !== choice);
    onChange(next.length > 0 ? next : undefined);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would nest in the option's own row and is named by its label
    <div class="choices" id={id} role="group" aria-labelledby={`${id}-label`}>
      {choicesOf(option)!.map((choice) => (
        <label key={choice}>
          <input
            type="checkbox"
            checked={chosen.includes(choice)}
            onChange={(event) => toggle(choice, event.currentTarget.checked)}
          />
          <span>{choice}</span>
        </label>
      ))}
      {chosen.length === 0 && <span class="quiet">{t("defaultIs", { value: defaultOf(option) ?? "" })}</span>}
    </div>
  );
}

/** Text that is a number becomes one, so that the message about a wrong one is the option's own. */
function typed(text: string, option: JobOption): OptionValue | undefined {
  const isNumber = option.schema.type !== "string";
  const one = (word: string): Choice =>
    isNumber && word !== "" && !Number.isNaN(Number(word)) ? Number(word) : word;
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  return option.many ? trimmed.split(/[\s,]+/).map(one) : one(trimmed);
}

function Text({ option, id, value, suggestions, onChange }: ControlProps) {
  const isNumber = option.schema.type === "integer" || option.schema.type === "number";
  // What is being typed is no value yet, and must outlive whatever else happens on the page.
  const [draft, setDraft] = useState(Array.isArray(value) ? value.join(" ") : String(value ?? ""));
  const list = suggestions.length > 0 ? `${id}-list` : undefined;
  return (
    <>
      <input
        id={id}
        type="text"
        inputMode={isNumber && !option.many ? "decimal" : "text"}
        autocomplete="off"
        spellcheck={false}
        list={list}
        placeholder={defaultOf(option)}
        value={draft}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onChange={(event) => onChange(typed(event.currentTarget.value, option))}
      />
      {list && (
        <datalist id={list}>
          {suggestions.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </>
  );
}

/** The control that the option's own description asks for. */
export function OptionControl(props: ControlProps) {
  const { option } = props;
  if (option.schema.type === "boolean") return <Switch {...props} />;
  if (!choicesOf(option)) return <Text {...props} />;
  return option.many ? <Choices {...props} /> : <Select {...props} />;
}
