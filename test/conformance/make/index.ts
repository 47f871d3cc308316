import type { CaseFileName } from "../../../conformance/index.ts";
import { FIXED_OPS, type FixedOpName } from "../../../core-ts/fixed/index.ts";
import { solvedCases } from "../../reference/cases/index.ts";
import { fileText } from "../store.ts";
import { errorCases } from "./errors/index.ts";
import { kernelCases } from "./kernels.ts";
import { plainModels } from "./models/index.ts";
import { passCases } from "./passes/index.ts";
import { SEARCHED, searchCases } from "./searches.ts";
import { wholeFileText } from "./whole-file.ts";

/** Cases of each integer op: the first four are all lowest, all highest, both, all zero; test/core-ts/fixed runs more of them. */
const COUNT = 10;

/** The text of a case file with `count` cases of each integer op. */
export function functionCasesText(count: number): string {
  const ops = Object.keys(FIXED_OPS) as FixedOpName[];
  return fileText({}, Object.fromEntries(ops.map((op) => [op, solvedCases(op, count)])));
}

function modelCases() {
  const models = Object.entries(plainModels());
  return Object.fromEntries(models.map(([name, some]) => [name, some.map(({ stored }) => stored)]));
}

const TEXTS: Readonly<Record<CaseFileName, () => string>> = {
  functions: () => functionCasesText(COUNT),
  kernels: () => fileText({}, kernelCases()),
  searches: () => fileText(SEARCHED, searchCases()),
  passes: () => wholeFileText(passCases()),
  models: () => wholeFileText(modelCases()),
  errors: () => wholeFileText(errorCases()),
};

/** The text of conformance/cases/NAME.json, every answer from a plain twin or from a hand. */
export function caseFileText(name: CaseFileName): string {
  return TEXTS[name]();
}
