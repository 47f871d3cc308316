// npm run conformance: every host of this machine, one after the other; a table, what is wrong, and exit code 1 where something is.

import type { RuntimeHost } from "./hosts/host.ts";
import { HOSTS } from "./hosts/index.ts";
import { complaints, conformanceTable, type Outcome, skipLines } from "./table.ts";

const LIMIT_MS = 180_000;

async function outcomeOf(runtime: RuntimeHost): Promise<Outcome> {
  const { name: host, isWasm } = runtime;
  const skipped = runtime.whyNot();
  if (skipped !== null) return { host, isWasm, skipped };
  try {
    return { host, isWasm, report: await runtime.report(LIMIT_MS) };
  } catch (error) {
    return { host, isWasm, broken: error instanceof Error ? error.message : String(error) };
  }
}

const outcomes: Outcome[] = [];
for (const host of HOSTS) {
  process.stderr.write(`${host.name} ...\n`);
  outcomes.push(await outcomeOf(host));
}
const wrong = complaints(outcomes);
process.stdout.write(`${[conformanceTable(outcomes), ...skipLines(outcomes), ...wrong].join("\n")}\n`);
process.exitCode = wrong.length > 0 ? 1 : 0;
