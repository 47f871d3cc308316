import { describe } from "vitest";
import { isBuilt, KNIGHT } from "../../support/built.ts";
import { needsPython, WHY_NO_PYTHON } from "../../support/python.ts";
import { pythonSuite } from "../../support/python-suite.ts";

describe.skipIf(!isBuilt() || WHY_NO_PYTHON !== null)(
  needsPython("infer functions in Python (skipped when dist/ is not up to date: npm run build)"),
  () => pythonSuite({ file: process.execPath, args: [KNIGHT] }),
);
