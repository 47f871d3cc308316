import { InternalError } from "../../core-ts/errors.ts";
import type { Tensor } from "../../core-ts/tensor/tensor.ts";
import type { ConformanceCase } from "../case.ts";
import type { CaseFile } from "../case-file.ts";
import type { CaseFileName, ConformanceHost } from "../host.ts";

/** Cases of one kind, and how a host computes them. */
export interface Group {
  /** @param name the group's own, the first part of its cases' names. */
  load(name: string, read: (file: CaseFileName) => Promise<CaseFile>): Promise<ConformanceCase[]>;
  /** The host's answers, in the order of the cases; an Error where it has none. */
  answer(cases: readonly ConformanceCase[], host: ConformanceHost): Promise<(Tensor | Error)[]>;
}

/** What the host must have for these cases. @throws InternalError if it has not. */
export function required<T>(part: T | undefined, what: string, host: ConformanceHost): T {
  if (part !== undefined) return part;
  throw new InternalError(
    `the host "${host.name}" has no ${what}; hand them in, or skip these cases with a reason`,
  );
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** The answers to all cases, or the same error for each. */
export async function attempt(
  cases: readonly ConformanceCase[],
  answer: () => Promise<Tensor[]> | Tensor[],
): Promise<(Tensor | Error)[]> {
  try {
    return await answer();
  } catch (thrown) {
    return cases.map(() => asError(thrown));
  }
}
