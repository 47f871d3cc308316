import { ConfigError } from "../core-ts/errors.ts";
import type { CaseFiles } from "./case-file.ts";
import type { CaseReader, Group, NamedCase } from "./groups/group.ts";
import { GROUPS, type GroupName } from "./groups/index.ts";
import type { CaseFileName, ConformanceHost } from "./host.ts";
import type { ConformanceResult, GroupResult } from "./result.ts";

export interface ConformanceOptions {
  /** Reasons by what they skip: a group ("kernels"), an op of it ("functions/Conv8") or a case ("functions/Conv8/3"). */
  readonly skip?: Readonly<Record<string, string>>;
}

const covers = (skipped: string, name: string): boolean => name === skipped || name.startsWith(`${skipped}/`);

async function runGroup(
  group: Group,
  cases: readonly NamedCase[],
  host: ConformanceHost,
  skip: Readonly<Record<string, string>>,
): Promise<GroupResult> {
  const reasonFor = (name: string) => Object.keys(skip).find((skipped) => covers(skipped, name));
  const skipped = cases.flatMap(({ name }) => {
    const key = reasonFor(name);
    return key === undefined ? [] : [{ case: name, reason: skip[key]! }];
  });
  const rest = cases.filter(({ name }) => reasonFor(name) === undefined);
  const verdicts = await group.judge(rest, host);
  const failed = rest.flatMap(({ name }, i) => (verdicts[i] === null ? [] : [`${name}: ${verdicts[i]}`]));
  return { passed: rest.length - failed.length, failed, skipped };
}

/** A reader that asks the host once a file. */
function reader(host: ConformanceHost): CaseReader {
  const read = new Map<CaseFileName, Promise<unknown>>();
  return async (name) => {
    const found = read.get(name) ?? host.readCases(name).then((text): unknown => JSON.parse(text));
    read.set(name, found);
    return (await found) as CaseFiles[typeof name];
  };
}

/**
 * Runs every case on the host and compares what comes out, byte for byte, with what independent plain code or a hand wrote down.
 * @throws ConfigError for a skip that skips nothing.
 */
export async function runConformance(
  host: ConformanceHost,
  { skip = {} }: ConformanceOptions = {},
): Promise<ConformanceResult> {
  const read = reader(host);
  const loaded = await Promise.all(
    Object.entries(GROUPS).map(async ([name, group]) => ({
      name,
      group,
      cases: await group.load(name, read),
    })),
  );
  const names = loaded.flatMap(({ cases }) => cases.map(({ name }) => name));
  const idle = Object.keys(skip).find((skipped) => !names.some((name) => covers(skipped, name)));
  if (idle !== undefined) {
    throw new ConfigError(
      `no conformance case is called "${idle}" or lies below it; give a group, group/op or group/op/number to skip`,
    );
  }
  const groups: Partial<Record<string, GroupResult>> = {};
  for (const { name, group, cases } of loaded) groups[name] = await runGroup(group, cases, host, skip);
  return { host: host.name, groups: groups as Record<GroupName, GroupResult> };
}
