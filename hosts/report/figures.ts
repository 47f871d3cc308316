/** "12.3 dB"; `exact` for a value without any error. */
export function dbText(db: number | null, exact: string): string {
  return db === null ? exact : `${db.toFixed(1)} dB`;
}

/** Four significant digits, with an exponent where zeros would hide them. */
export function realText(x: number): string {
  const magnitude = Math.abs(x);
  if (magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e6)) return x.toExponential(2);
  return String(Number(x.toPrecision(4)));
}

const UNITS = ["B", "kB", "MB", "GB"] as const;

/** Decimal units, as file managers show them. */
export function bytesText(bytes: number): string {
  const step = Math.min(Math.max(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 0), UNITS.length - 1);
  return `${Number((bytes / 1000 ** step).toPrecision(3))} ${UNITS[step]}`;
}

export function secondsText(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 100) return `${Number(seconds.toPrecision(2))} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** A share in percent; never 0 for what is there. */
export function percentText(share: number): string {
  const percent = 100 * share;
  if (percent > 0 && percent < 0.001) return "< 0.001 %";
  return `${Number(percent.toPrecision(2))} %`;
}

/** dB at which a layer has the colour of the worst, and of the best. */
export const HOT_DB = 5;
export const COOL_DB = 40;

/** 0 for a layer without trouble to 1 for the worst; exact layers are cool. */
export function heat(db: number | null): number {
  if (db === null) return 0;
  return Math.min(Math.max((COOL_DB - db) / (COOL_DB - HOT_DB), 0), 1);
}

const mixed = (share: number, to: string, from: string) =>
  `color-mix(in oklab, var(${to}) ${Math.round(100 * share)}%, var(${from}))`;

/** The colour of a layer: blue over yellow to red, which all eyes tell apart. */
export function heatColor(db: number | null): string {
  const twice = 2 * heat(db);
  return twice <= 1 ? mixed(twice, "--warm", "--cool") : mixed(twice - 1, "--hot", "--warm");
}

/** A path's last part. */
export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
