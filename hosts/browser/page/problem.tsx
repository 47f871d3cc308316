import { KnightError } from "../index.ts";
import { useLanguage } from "./language.ts";

/** What the sentence does not name already. */
function placesOf({ where, message }: KnightError): string[] {
  const named = Object.entries(where) as [string, string | undefined][];
  return named.flatMap(([kind, name]) => (name && !message.includes(name) ? [`${kind} ${name}`] : []));
}

/** An error: its own sentence, and where. */
export function Problem({ error }: { readonly error: unknown }) {
  const { t } = useLanguage();
  const isOurs = !(error instanceof KnightError) || error.code === "INTERNAL";
  const places = error instanceof KnightError ? placesOf(error) : [];
  return (
    <div class="problem" role="alert">
      <strong>{t("error")}</strong>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {places.length > 0 && <p class="quiet">{t("place", { place: places.join(", ") })}</p>}
      {isOurs && <p class="quiet">{t("mistake")}</p>}
    </div>
  );
}
