import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { en, type MessageKey, type Messages } from "./messages/en.ts";
import { zh } from "./messages/zh.ts";

export const LANGUAGES = { en: "English", zh: "中文" } as const;
export type Language = keyof typeof LANGUAGES;

const MESSAGES: Readonly<Record<Language, Messages>> = { en, zh };

/** The one of the page around this one, which writes it into <html>, else the browser's. */
export function firstLanguage(): Language {
  const wanted = document.documentElement.lang || navigator.language;
  return wanted.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export const LanguageContext = createContext<Language>("en");

export type Translate = (key: MessageKey, values?: Readonly<Record<string, string | number>>) => string;

/** The sentences of the language that is chosen. */
export function useTranslate(): Translate {
  const language = useContext(LanguageContext);
  return (key, values = {}) =>
    MESSAGES[language][key].replace(/\{(\w+)\}/g, (whole, word: string) => String(values[word] ?? whole));
}
