import { useEffect, useState } from "preact/hooks";
import { LANGUAGES, type Language, useLanguage } from "./language.ts";
import { recall, remember } from "./remember.ts";

const THEMES = { auto: "themeAuto", light: "themeLight", dark: "themeDark" } as const;
type Theme = keyof typeof THEMES;

function firstTheme(): Theme {
  const chosen = recall("theme");
  return chosen === "light" || chosen === "dark" ? chosen : "auto";
}

interface TopBarProps {
  readonly language: Language;
  readonly onLanguage: (language: Language) => void;
}

function ThemeSelect() {
  const { t } = useLanguage();
  const [theme, setTheme] = useState(firstTheme);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    remember("theme", theme);
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

/** Name, language and theme. */
export function TopBar({ language, onLanguage }: TopBarProps) {
  const { t } = useLanguage();
  return (
    <header>
      <div>
        <h1>{t("title")}</h1>
        <p>{t("subtitle")}</p>
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
      </div>
    </header>
  );
}
