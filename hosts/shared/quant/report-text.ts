import pc from "picocolors";
import type { Terminal } from "../ports.ts";

export type Paint = ReturnType<typeof pc.createColors>;

/** Colours for results; plain text where they are not welcome. */
export function paintFor(terminal: Terminal): Paint {
  return pc.createColors(terminal.outColors);
}

function columns(rows: readonly (readonly [string, string])[], indent: string): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${indent}${left.padEnd(width)}  ${right}`);
}

/** Name and value, one a line. */
export function facts(rows: readonly (readonly [string, string])[], paint: Paint): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${paint.bold(name.padEnd(width))}  ${value}`).join("\n");
}

/** Files and what is in them, one a line. */
export function files(rows: readonly (readonly [path: string, what: string])[]): string[] {
  return columns(rows, "  ");
}

/** A heading and its lines; nothing when there are none. */
export function section(paint: Paint, heading: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [paint.bold(`${heading}:`), ...lines].join("\n");
}
