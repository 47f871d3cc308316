import type { GroupName } from "./groups/index.ts";

/** What became of the cases of one group. */
export interface GroupResult {
  readonly passed: number;
  /** One sentence per failed case: its name, what was found, what was expected. */
  readonly failed: readonly string[];
  readonly skipped: readonly { readonly case: string; readonly reason: string }[];
}

export interface ConformanceResult {
  readonly host: string;
  readonly groups: Readonly<Record<GroupName, GroupResult>>;
}

/** One line a group, the reasons of its skips included: hosts that agree print the same lines. */
export function totals({ groups }: ConformanceResult): string[] {
  return Object.entries(groups).map(([name, { passed, failed, skipped }]) => {
    const reasons = [...new Set(skipped.map(({ reason }) => reason))];
    const because = reasons.length > 0 ? ` (${reasons.join("; ")})` : "";
    return `${name}: ${passed} passed, ${failed.length} failed, ${skipped.length} skipped${because}`;
  });
}

/** Every failure of every group. */
export function failures({ groups }: ConformanceResult): string[] {
  return Object.values(groups).flatMap(({ failed }) => failed);
}
