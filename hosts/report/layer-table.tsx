import { useState } from "preact/hooks";
import type { ReportLayer } from "../../core-ts/report/report.ts";
import { POOR } from "../shared/quant/figures.ts";
import {
  BY_DAMAGE,
  COLUMNS,
  type Column,
  type ColumnName,
  filtered,
  type Sorting,
  sorted,
} from "./columns.ts";
import { heatColor } from "./figures.ts";
import { useTranslate } from "./language.ts";
import { useView } from "./view.ts";

const NAMES = (Object.keys(COLUMNS) as ColumnName[]).filter((name) => !(COLUMNS[name] as Column).isDetail);
/** Shown before the reader asks for all. */
const FIRST = 12;

const classOf = ({ isText, isMinor }: Column) => `${isText ? "text" : ""} ${isMinor ? "minor" : ""}`;

interface HeadProps {
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
}

function Head({ sorting, onSort }: HeadProps) {
  const t = useTranslate();
  return (
    <thead>
      <tr>
        {NAMES.map((name) => {
          const column: Column = COLUMNS[name];
          const isChosen = sorting.column === name;
          const descends = isChosen ? !sorting.descends : column.descends === true;
          const state = sorting.descends ? "descending" : "ascending";
          return (
            <th key={name} scope="col" class={classOf(column)} aria-sort={isChosen ? state : "none"}>
              <button type="button" class="sort" onClick={() => onSort({ column: name, descends })}>
                {t(column.title)}
                <span aria-hidden="true">{isChosen ? (sorting.descends ? " ▼" : " ▲") : ""}</span>
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

function Cell({ layer, name }: { readonly layer: ReportLayer; readonly name: ColumnName }) {
  const t = useTranslate();
  const column: Column = COLUMNS[name];
  const db = column.db?.(layer);
  return (
    <td class={classOf(column)}>
      {db !== undefined && <span class="dot" style={{ background: heatColor(db) }} aria-hidden="true" />}
      {column.text(layer, t("exact"))}
    </td>
  );
}

function Row({ layer }: { readonly layer: ReportLayer }) {
  const { selected, select, choices } = useView();
  const isSelected = selected?.index === layer.index;
  const changed = choices.has(layer.index);
  return (
    <tr class={isSelected ? "selected" : ""} onClick={() => select(layer)}>
      <th scope="row">
        <button type="button" class="plain" aria-pressed={isSelected} title={layer.node}>
          {layer.node}
          {changed && <span class="changed"> ●</span>}
        </button>
      </th>
      {NAMES.slice(1).map((name) => (
        <Cell key={name} layer={layer} name={name} />
      ))}
    </tr>
  );
}

interface FiltersProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onlyPoor: boolean;
  readonly onOnlyPoor: (only: boolean) => void;
}

function Filters({ text, onText, onlyPoor, onOnlyPoor }: FiltersProps) {
  const t = useTranslate();
  return (
    <>
      <input
        type="search"
        placeholder={t("filter")}
        aria-label={t("filter")}
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      <label>
        <input
          type="checkbox"
          checked={onlyPoor}
          onChange={(event) => onOnlyPoor(event.currentTarget.checked)}
        />{" "}
        {t("onlyPoor", { db: POOR.sqnrDb })}
      </label>
    </>
  );
}

/** All layers, to be sorted and filtered. */
export function LayerTable() {
  const t = useTranslate();
  const { layers } = useView().report;
  const [sorting, setSorting] = useState(BY_DAMAGE);
  const [text, setText] = useState("");
  const [onlyPoor, setOnlyPoor] = useState(false);
  const [showsAll, setShowsAll] = useState(false);
  if (layers.length === 0) return null;
  const found = sorted(filtered(layers, text, onlyPoor ? POOR.sqnrDb : undefined), sorting);
  const shown = found.slice(0, showsAll ? found.length : FIRST);
  return (
    <section class="panel" aria-labelledby="layers">
      <h2 id="layers">{t("layers")}</h2>
      <div class="filters">
        <Filters text={text} onText={setText} onlyPoor={onlyPoor} onOnlyPoor={setOnlyPoor} />
        <span class="quiet" role="status">
          {t("shown", { shown: shown.length, count: layers.length })}
        </span>
      </div>
      <div class="scroll">
        <table class="layers">
          <Head sorting={sorting} onSort={setSorting} />
          <tbody>
            {shown.map((layer) => (
              <Row key={layer.index} layer={layer} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < found.length && (
        <button type="button" onClick={() => setShowsAll(true)}>
          {t("showAll", { count: found.length })}
        </button>
      )}
    </section>
  );
}
