import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { en, type MessageKey, type Messages } from "./messages/en.ts";
import { nameOf } from "./messages/options.ts";
import { zh } from "./messages/zh.ts";
import { recall } from "./remember.ts";

export const LANGUAGES = { en: "English", zh: "中文" } as const;
export type Language = keyof typeof LANGUAGES;

const MESSAGES: Readonly<Record<Language, Messages>> = { en, zh };

/** The one chosen before, else the browser's. */
export function firstLanguage(): Language {
  const chosen = recall("language");
  if (chosen === "en" || chosen === "zh") return chosen;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export const LanguageContext = createContext<Language>("en");

export type Translate = (key: MessageKey, values?: Readonly<Record<string, string | number>>) => string;

/** The sentences of the language that is chosen, and the names of options. */
export function useLanguage(): { readonly t: Translate; readonly name: (of: string) => string } {
  const language = useContext(LanguageContext);
  return {
    t: (key, values = {}) =>
      MESSAGES[language][key].replace(/\{(\w+)\}/g, (whole, word: string) => String(values[word] ?? whole)),
    name: (of) => nameOf(of, language),
  };
}
