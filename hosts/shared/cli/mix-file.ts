import { ConfigError } from "../../../core-ts/errors.ts";
import { quantizedNodes, violations } from "../../../core-ts/mixed/index.ts";
import { OBSERVERS, type ObserverName } from "../../../core-ts/observers/index.ts";
import type { Mix, Precision } from "../../../core-ts/plan/options.ts";
import type { QuantPlan } from "../../../core-ts/plan/plan.ts";
import { isJsonObject, parseJson } from "./json-object.ts";
import { nearest } from "./nearest.ts";

export const MIX_OPTION = "-mc/--mix-config";
const MODES = Object.keys(OBSERVERS) as ObserverName[];

function refuse(file: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const heading =
    problems.length === 1 ? problems[0]! : `${problems.length} things are wrong:\n  ${problems.join("\n  ")}`;
  throw new ConfigError(`mix-config ${file}: ${heading}`, { option: MIX_OPTION });
}

function parse(text: string, file: string): [string, unknown][] {
  const refused = (sentence: string, cause?: unknown) =>
    new ConfigError(`mix-config ${file}: ${sentence}`, { option: MIX_OPTION, cause });
  const value = parseJson(text, refused);
  if (isJsonObject(value)) return Object.entries(value);
  throw refused('it holds no object of nodes; -gt writes one: {"conv1": {"bitwidth": 8, "mode": "kl"}, ...}');
}

/** A mix-config as far as it can be read, and what is wrong with its entries. */
export interface MixFile {
  readonly file: string;
  readonly mix: Mix;
  /** Nodes that have an entry, readable or not. */
  readonly named: ReadonlySet<string>;
  readonly problems: readonly string[];
}

/** Rules 2 to 4 of the manual at one entry. */
function readEntry(name: string, value: unknown): Precision | string[] {
  const entry = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const { bitwidth, mode } = entry;
  const problems: string[] = [];
  if (bitwidth === undefined || mode === undefined)
    problems.push(
      `rule 2, node "${name}": bitwidth and mode are both needed, found ${JSON.stringify(value)}`,
    );
  if (bitwidth !== undefined && bitwidth !== 8 && bitwidth !== 16)
    problems.push(`rule 3, node "${name}": bitwidth is ${JSON.stringify(bitwidth)}, expected 8 or 16`);
  if (mode !== undefined && !MODES.includes(mode as ObserverName)) {
    const hint = nearest(String(mode), MODES);
    const remedy = hint ? `; did you mean ${hint}?` : "";
    problems.push(
      `rule 4, node "${name}": mode is ${JSON.stringify(mode)}, expected one of ${MODES.join(", ")}${remedy}`,
    );
  }
  for (const key of Object.keys(entry))
    if (key !== "bitwidth" && key !== "mode")
      problems.push(`node "${name}": unknown key "${key}"; known are bitwidth and mode`);
  return problems.length > 0 ? problems : { bits: bitwidth as 8 | 16, mode: mode as ObserverName };
}

/** The entries of a mix-config. @throws ConfigError when the file holds no JSON object. */
export function readMixFile(text: string, file: string): MixFile {
  const mix = new Map<string, Precision>();
  const problems: string[] = [];
  const entries = parse(text, file);
  for (const [name, value] of entries) {
    const read = readEntry(name, value);
    if (Array.isArray(read)) problems.push(...read);
    else mix.set(name, read);
  }
  return { file, mix, named: new Set(entries.map(([name]) => name)), problems };
}

/** Checks a mix-config against the plan made with it; entries of `excluded` nodes are left aside. @throws ConfigError that lists everything that is wrong: entries, nodes that are unknown or missing, broken rules. */
export function checkMix(
  { file, mix, named, problems }: MixFile,
  plan: QuantPlan,
  excluded: readonly string[] = [],
): void {
  const names = quantizedNodes(plan).map(({ node }) => node.name);
  const unknown = [...named].filter((name) => !names.includes(name) && !excluded.includes(name));
  const missing = names.filter((name) => !named.has(name));
  refuse(file, [
    ...problems,
    ...unknown.map((name) => {
      const hint = nearest(name, names);
      return `rule 1, node "${name}": the optimized model has no quantized node of this name${hint ? `; did you mean "${hint}"?` : "; -gt writes a template of those it has"}`;
    }),
    ...missing.map(
      (name) =>
        `rule 2, node "${name}" is missing; add {"bitwidth": 8, "mode": "kl"}, or write a new template with -gt`,
    ),
    ...violations(plan, mix).map(({ rule, node, message }) => `rule ${rule}, node "${node}": ${message}`),
  ]);
}

/** A mix as a mix-config: one node a line, in topological order. */
export function mixFileText(mix: Mix): string {
  const lines = [...mix].map(
    ([name, { bits, mode }]) => `  ${JSON.stringify(name)}: {"bitwidth": ${bits}, "mode": "${mode}"}`,
  );
  return `{\n${lines.join(",\n")}\n}\n`;
}
