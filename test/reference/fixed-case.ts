import type { CaseInput, ConformanceCase } from "../../conformance/case.ts";
import type { FixedOpName } from "../../core-ts/fixed/index.ts";

export type { CaseInput };

/** A case of an integer op and the one right answer. */
export interface SolvedCase extends ConformanceCase {
  readonly op: FixedOpName;
}

/** One call of an integer op: everything a host needs to run it. */
export type FixedCase = Omit<SolvedCase, "expected">;
