import { readFile } from "node:fs/promises";
import type { CaseFileName } from "../../conformance/index.ts";

/** Reads conformance/cases/NAME.json on Node. */
export function readCases(name: CaseFileName): Promise<string> {
  return readFile(new URL(`../../conformance/cases/${name}.json`, import.meta.url), "utf8");
}
