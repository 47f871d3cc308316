/** The conformance suite: every host calls runConformance and prints the same totals. */
export type { CaseAttributes, CaseInput, ConformanceCase } from "./case.ts";
export type { GroupName } from "./groups/index.ts";
export { CASE_FILES, type CaseFileName, type ConformanceHost } from "./host.ts";
export { type ConformanceResult, failures, type GroupResult, totals } from "./result.ts";
export { type ConformanceOptions, runConformance } from "./run.ts";
