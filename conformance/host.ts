import type { Backend } from "../core-ts/backend.ts";
import type { Kernels } from "../core-ts/kernels/kernels.ts";

export const CASE_FILES = ["functions", "kernels", "searches", "passes", "models", "errors"] as const;
export type CaseFileName = (typeof CASE_FILES)[number];

/** What a host hands in. One that has no backend or no kernels says so with a skip, else those cases fail. */
export interface ConformanceHost {
  /** For the totals, for instance "Node, onnxruntime-web". */
  readonly name: string;
  readonly backend?: Backend;
  readonly kernels?: Kernels;
  /** The text of conformance/cases/NAME.json. */
  readCases(name: CaseFileName): Promise<string>;
}
