import type { ReportLayer } from "../../core-ts/report/report.ts";
import { type ChoiceFile, mixFile, scaleFile } from "./choice-files.ts";
import { type Choice, expectedDb, runChoice } from "./choices.ts";
import { Command } from "./command.tsx";
import { dbText, realText } from "./figures.ts";
import { useTranslate } from "./language.ts";
import { useView } from "./view.ts";

function Change({ layer, choice }: { readonly layer: ReportLayer; readonly choice: Choice }) {
  const t = useTranslate();
  const { choose, select } = useView();
  const run = runChoice(layer);
  const words = ({ bits, rule, threshold }: Choice) =>
    `${t("bitsOf", { bits })}, ${rule === "own" ? t("ownThreshold") : rule}, ${realText(threshold)}`;
  const expected = ({ bits, threshold }: Choice) =>
    layer.histogram ? dbText(expectedDb(layer.histogram.curve, bits, threshold), t("exact")) : t("unknown");
  return (
    <tr>
      <th scope="row">
        <button type="button" class="plain" onClick={() => select(layer)}>
          {layer.node}
        </button>
      </th>
      <td class="text">
        {words(run)} → {words(choice)}
      </td>
      <td>
        {expected(run)} → {expected(choice)}
      </td>
      <td>
        <button
          type="button"
          class="plain"
          aria-label={t("remove", { name: layer.node })}
          onClick={() => choose(layer, run)}
        >
          ✕
        </button>
      </td>
    </tr>
  );
}

function Handout({ title, file }: { readonly title: string; readonly file: ChoiceFile }) {
  const t = useTranslate();
  return (
    <div class="card">
      <h3>{title}</h3>
      {"problem" in file ? (
        <p class="quiet">{t(file.problem)}</p>
      ) : (
        <Command command={file.command} file={file} />
      )}
    </div>
  );
}

function Changes() {
  const t = useTranslate();
  const { report, choices } = useView();
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">{t("layer")}</th>
            <th scope="col" class="text">
              {t("cart")}
            </th>
            <th scope="col">{t("expected")}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {[...choices].map(([index, choice]) => (
            <Change key={index} layer={report.layers[index]!} choice={choice} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What the reader has changed, as files for the next run. */
export function Cart() {
  const t = useTranslate();
  const { report, choices, clear } = useView();
  if (choices.size === 0) return null;
  const [mix, scales] = [mixFile(report, choices), scaleFile(report, choices)];
  return (
    <section class="panel cart" id="cart" aria-labelledby="cart-title">
      <h2 id="cart-title">
        {t("cart")}{" "}
        <button type="button" class="plain" onClick={clear}>
          {t("cartClear")}
        </button>
      </h2>
      <Changes />
      {"problem" in mix && "problem" in scales && <p class="warning">{t("noFile")}</p>}
      <div class="cards">
        <Handout title={t("scaleTitle")} file={scales} />
        <Handout title={t("mixTitle")} file={mix} />
      </div>
      <p class="hint">{t("cartHint")}</p>
    </section>
  );
}

/** Always in sight while there are changes. */
export function CartBar() {
  const t = useTranslate();
  const count = useView().choices.size;
  if (count === 0) return null;
  const scroll = () => document.getElementById("cart")?.scrollIntoView({ behavior: "smooth" });
  return (
    <div class="cart-bar" role="status">
      <button type="button" class="primary" onClick={scroll}>
        {count === 1 ? t("cartOne") : t("cartCount", { count })}
      </button>
    </div>
  );
}
