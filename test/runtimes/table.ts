import Table from "cli-table3";
import { type ConformanceResult, failures } from "../../conformance/index.ts";
import type { RuntimeReport } from "./children/report.ts";

/** What became of one host: its report, why it was skipped, or why it broke down. */
export interface Outcome {
  readonly host: string;
  readonly isWasm: boolean;
  readonly report?: RuntimeReport;
  readonly skipped?: string;
  readonly broken?: string;
}

type GroupName = keyof ConformanceResult["groups"];

function cell({ passed, failed, skipped }: ConformanceResult["groups"][GroupName]): string {
  const more = [
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(skipped.length > 0 ? [`${skipped.length} skipped`] : []),
  ];
  return more.length > 0 ? `${passed} (${more.join(", ")})` : String(passed);
}

/** The reasons of a host's skipped cases, each once. */
function skipReasons({ result }: RuntimeReport): string[] {
  const all = Object.values(result.groups).flatMap(({ skipped }) => skipped.map(({ reason }) => reason));
  return [...new Set(all)];
}

/** All that a host that runs onnxruntime-web wrote. */
const written = ({ models, demo }: RuntimeReport): string =>
  [...Object.entries(models).map(([name, { sha256 }]) => `${name} ${sha256}`), demo].join("\n");

/** Host × group: how many cases passed, and the beginning of the SHA-256 of the demo's written model. */
export function conformanceTable(outcomes: readonly Outcome[]): string {
  const groups =
    outcomes.flatMap(({ report }) => (report ? [Object.keys(report.result.groups)] : []))[0] ?? [];
  const table = new Table({ head: ["host", ...groups, "_quantize.onnx"], style: { head: [], border: [] } });
  for (const { host, report, skipped, broken } of outcomes) {
    const why = skipped === undefined ? `broken: ${broken?.split("\n")[0]}` : `skipped: ${skipped}`;
    if (!report) table.push([host, { colSpan: groups.length + 1, content: why }]);
    else
      table.push([
        host,
        ...groups.map((name) => cell(report.result.groups[name as GroupName])),
        report.demo.slice(0, 12),
      ]);
  }
  return table.toString();
}

/** Everything that is wrong, one sentence each: failed cases, hosts that broke down, other totals or other bytes than the first host's. */
export function complaints(outcomes: readonly Outcome[]): string[] {
  const found: string[] = [];
  const ran = outcomes.filter((one): one is Outcome & { report: RuntimeReport } => one.report !== undefined);
  for (const { host, broken } of outcomes) if (broken !== undefined) found.push(`${host}: ${broken}`);
  if (ran.length === 0) found.push("no host ran");
  for (const { host, report } of ran) found.push(...failures(report.result).map((one) => `${host}: ${one}`));
  const totals = ({ report }: { report: RuntimeReport }) =>
    Object.values(report.result.groups).map(cell).join(", ");
  for (const one of ran.slice(1))
    if (totals(one) !== totals(ran[0]!))
      found.push(`${one.host}: totals ${totals(one)}; those of ${ran[0]!.host} are ${totals(ran[0]!)}`);
  const web = ran.filter(({ isWasm }) => isWasm);
  for (const one of web.slice(1))
    if (written(one.report) !== written(web[0]!.report))
      found.push(`${one.host}: writes other bytes than ${web[0]!.host}`);
  return found;
}

/** Why cases were skipped, one line a host. */
export function skipLines(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap(({ host, report }) =>
    report ? skipReasons(report).map((reason) => `${host}: ${reason}`) : [],
  );
}
