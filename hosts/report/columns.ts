import type { ReportLayer } from "../../core-ts/report/report.ts";
import { dbText, percentText, realText } from "./figures.ts";
import type { MessageKey } from "./messages/en.ts";

export interface Column {
  readonly title: MessageKey;
  /** What rows are sorted by; text or number. */
  readonly key: (layer: ReportLayer) => string | number;
  readonly text: (layer: ReportLayer, exact: string) => string;
  /** Whether the largest comes first when the column is chosen. */
  readonly descends?: true;
  readonly isText?: true;
  /** Left out where there is little room. */
  readonly isMinor?: true;
  /** Told of the selected layer only. */
  readonly isDetail?: true;
  /** dB that colours the cell; undefined: the cell has none. */
  readonly db?: (layer: ReportLayer) => number | null | undefined;
}

const order = (db: number | null | undefined) => db ?? Number.POSITIVE_INFINITY;
const NOTHING = "–";

/** The table of layers, a column a record. */
export const COLUMNS = {
  layer: { title: "layer", key: ({ index }) => index, text: ({ node }) => node, isText: true },
  op: { title: "op", key: ({ op }) => op, text: ({ op }) => op, isText: true },
  total: {
    title: "total",
    key: ({ total }) => order(total.sqnrDb),
    text: ({ total }, exact) => dbText(total.sqnrDb, exact),
    db: ({ total }) => total.sqnrDb,
  },
  own: {
    title: "own",
    key: ({ rank }) => rank,
    text: ({ own }, exact) => (own ? dbText(own.sqnrDb, exact) : NOTHING),
    db: ({ own }) => own?.sqnrDb,
  },
  cosine: {
    title: "cosine",
    key: ({ total }) => total.cosine,
    text: ({ total }) => total.cosine.toFixed(5),
  },
  clipped: {
    title: "clipped",
    key: ({ clipped }) => clipped ?? -1,
    text: ({ clipped }) => (clipped === null ? NOTHING : percentText(clipped)),
    descends: true,
  },
  scale: { title: "scale", key: ({ scale }) => scale, text: ({ scale }) => realText(scale), isMinor: true },
  bits: { title: "bits", key: ({ bits }) => bits, text: ({ bits }) => String(bits) },
  observer: {
    title: "observer",
    key: ({ observer }) => observer,
    text: ({ observer }) => observer,
    isText: true,
    isMinor: true,
  },
  largestError: {
    title: "largestError",
    key: ({ total }) => total.maxAbs,
    text: ({ total }) => realText(total.maxAbs),
    descends: true,
    isDetail: true,
  },
} as const satisfies Record<string, Column>;

export type ColumnName = keyof typeof COLUMNS;

export interface Sorting {
  readonly column: ColumnName;
  readonly descends: boolean;
}

/** Worst first: by what a layer adds itself. */
export const BY_DAMAGE: Sorting = { column: "own", descends: false };

export function sorted(layers: readonly ReportLayer[], { column, descends }: Sorting): ReportLayer[] {
  const { key }: Column = COLUMNS[column];
  const sign = descends ? -1 : 1;
  const compare = (a: string | number, b: string | number) => (a < b ? -sign : a > b ? sign : 0);
  return [...layers].sort((a, b) => compare(key(a), key(b)) || a.rank - b.rank);
}

/** Layers whose name or operator holds the text, and, where asked, whose total or own error is visible. */
export function filtered(
  layers: readonly ReportLayer[],
  text: string,
  belowDb: number | undefined,
): ReportLayer[] {
  const wanted = text.trim().toLowerCase();
  const isBelow = (db: number | null | undefined) => db != null && belowDb !== undefined && db < belowDb;
  return layers.filter(
    ({ node, op, total, own }) =>
      `${node} ${op}`.toLowerCase().includes(wanted) &&
      (belowDb === undefined || isBelow(total.sqnrDb) || isBelow(own?.sqnrDb)),
  );
}
