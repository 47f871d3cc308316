import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { CaseFile } from "../../conformance/case-file.ts";
import { KERNEL_CALLS } from "../../conformance/groups/kernel-calls.ts";
import { CASE_FILES, type CaseFileName } from "../../conformance/index.ts";
import { FIXED_OPS } from "../../core-ts/fixed/index.ts";
import { OBSERVERS } from "../../core-ts/observers/index.ts";
import { caseFileText } from "./make/index.ts";

const pathOf = (name: CaseFileName) =>
  fileURLToPath(new URL(`../../conformance/cases/${name}.json`, import.meta.url));

describe.each(CASE_FILES)("conformance/cases/%s.json", (name) => {
  // `npx vitest run test/conformance/case-files.test.ts -u` writes the files.
  it("is what the plain twins answer now", async () => {
    await expect(caseFileText(name)).toMatchFileSnapshot(pathOf(name));
  });
});

describe("the case files", () => {
  const text = (name: CaseFileName) => readFileSync(pathOf(name), "utf8");
  const opsOf = (name: CaseFileName) => {
    const { cases } = JSON.parse(text(name)) as CaseFile;
    return Object.keys(cases).filter((op) => cases[op]!.length >= 8);
  };

  it("have at least eight cases of everything there is", () => {
    expect(opsOf("functions").sort()).toEqual(Object.keys(FIXED_OPS).sort());
    expect(opsOf("kernels").sort()).toEqual(Object.keys(KERNEL_CALLS).sort());
    expect(opsOf("searches").sort()).toEqual(Object.keys(OBSERVERS).sort());
  });

  it("are small enough for a page to load: below 1 MB together", () => {
    const bytes = CASE_FILES.map((name) => Buffer.byteLength(text(name))).reduce((a, b) => a + b, 0);
    expect(bytes).toBeLessThan(1e6);
  });
});
