import { useEffect, useState } from "preact/hooks";
import { fileName } from "./figures.ts";
import { LANGUAGES, type Language, useTranslate } from "./language.ts";
import { useView } from "./view.ts";

const THEMES = { auto: "themeAuto", light: "themeLight", dark: "themeDark" } as const;
type Theme = keyof typeof THEMES;

/** What the page around this one has written into <html>. */
function firstTheme(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "auto";
}

function ThemeSelect() {
  const t = useTranslate();
  const [theme, setTheme] = useState(firstTheme);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return (
    <select
      aria-label={t("theme")}
      value={theme}
      onChange={(event) => setTheme(event.currentTarget.value as Theme)}
    >
      {(Object.keys(THEMES) as Theme[]).map((one) => (
        <option key={one} value={one}>
          {t(THEMES[one])}
        </option>
      ))}
    </select>
  );
}

interface TopBarProps {
  readonly language: Language;
  readonly onLanguage: (language: Language) => void;
}

/** The model's name, language, theme, print. */
export function TopBar({ language, onLanguage }: TopBarProps) {
  const t = useTranslate();
  const { model, tool } = useView().report;
  return (
    <header>
      <div>
        <h1 title={model}>{fileName(model)}</h1>
        <p>{t("madeBy", { tool })}</p>
      </div>
      <div class="switches">
        <select
          aria-label={t("language")}
          value={language}
          onChange={(event) => onLanguage(event.currentTarget.value as Language)}
        >
          {Object.entries(LANGUAGES).map(([one, label]) => (
            <option key={one} value={one} lang={one}>
              {label}
            </option>
          ))}
        </select>
        <ThemeSelect />
        <button type="button" onClick={() => print()}>
          {t("print")}
        </button>
      </div>
    </header>
  );
}
