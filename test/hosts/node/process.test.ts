import { describe } from "vitest";
import { isBuilt, KNIGHT } from "../../support/built.ts";
import { programSuite } from "../../support/program-suite.ts";

describe.skipIf(!isBuilt())(
  "the program in a process of its own (skipped when dist/ is not up to date: npm run build)",
  () => programSuite({ file: process.execPath, args: [KNIGHT] }),
);
