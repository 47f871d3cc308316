import { InternalError } from "../../core-ts/errors.ts";
import type { Tensor } from "../../core-ts/tensor/tensor.ts";
import type { CaseFiles } from "../case-file.ts";
import type { CaseFileName, ConformanceHost } from "../host.ts";

/** What all groups' cases have. */
export interface NamedCase {
  /** "functions/Conv8/3": group, op, number. */
  readonly name: string;
}

/** Null for a right answer; else what was found and what was expected. */
export type Verdict = string | null;

/** Reads a case file, once however often it is asked for. */
export type CaseReader = <N extends CaseFileName>(file: N) => Promise<CaseFiles[N]>;

/** Cases of one kind, and how a host is put to the test with them. */
export interface Group<C extends NamedCase = NamedCase> {
  /** @param name the group's own, the first part of its cases' names. */
  load(name: string, read: CaseReader): Promise<C[]>;
  /** One verdict for each of the cases, which are of those that `load` gave. */
  judge(cases: readonly C[], host: ConformanceHost): Promise<Verdict[]>;
}

/** What the host must have for these cases. @throws InternalError if it has not. */
export function required<T>(part: T | undefined, what: string, host: ConformanceHost): T {
  if (part !== undefined) return part;
  throw new InternalError(
    `the host "${host.name}" has no ${what}; hand them in, or skip these cases with a reason`,
  );
}

export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown));

/** The answers to all cases, or the same error for each. */
export async function attempt(
  cases: readonly NamedCase[],
  answer: () => Promise<Tensor[]> | Tensor[],
): Promise<(Tensor | Error)[]> {
  try {
    return await answer();
  } catch (thrown) {
    return cases.map(() => asError(thrown));
  }
}

/** One case after another; a case in which something is thrown has failed with its message. */
export async function judgeEach<C extends NamedCase>(
  cases: readonly C[],
  judge: (one: C) => Promise<Verdict>,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const one of cases)
    verdicts.push(await judge(one).catch((thrown: unknown) => asError(thrown).message));
  return verdicts;
}
