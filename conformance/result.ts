/** What became of the cases of one group. */
export interface GroupResult {
  readonly passed: number;
  /** One sentence per failed case: its id, what was found, what was expected. */
  readonly failed: readonly string[];
  readonly skipped: readonly { readonly case: string; readonly reason: string }[];
}
