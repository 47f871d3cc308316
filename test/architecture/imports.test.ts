import { describe, expect, it } from "vitest";
import { checkGlobals } from "./globals.ts";
import { AREAS, checkImports } from "./imports.ts";
import { checkChipNames, checkFrameworkNames } from "./names.ts";
import { checkFileSize, checkFunctionSize } from "./size.ts";
import { type Finding, listed, type Source, sourcesUnder } from "./sources.ts";
import { checkAny, checkFileName, checkUnfinished } from "./words.ts";

/** The code that ships, and the code around it. Tests are long by nature of `describe`, so only their files are measured. */
const SHIPPED = ["core-ts", "core-as", "conformance", "hosts"];
const AROUND = ["scripts", "bench", "examples"];

function findings(rule: (source: Source) => Finding[], folders: readonly string[]): string[] {
  return listed(sourcesUnder(...folders).flatMap(rule));
}

describe("the structure of the sources", () => {
  it("sees the sources", () => {
    const paths = sourcesUnder(...SHIPPED).map((source) => source.path);
    expect(paths).toContain("core-ts/errors.ts");
    expect(paths.filter((path) => path.startsWith("core-as/")).length).toBeGreaterThan(1);
  });

  it("has dependencies that point inward only", () => {
    expect(findings(checkImports, Object.keys(AREAS))).toEqual([]);
  });

  it("keeps runtimes, clocks, randomness and engine-dependent mathematics out of the core", () => {
    expect(findings(checkGlobals, ["core-ts"])).toEqual([]);
  });

  it("names chips only in core-ts/chips", () => {
    expect(findings(checkChipNames, SHIPPED)).toEqual([]);
  });

  it("names frameworks only in their frontends", () => {
    expect(findings(checkFrameworkNames, ["core-ts"])).toEqual([]);
  });

  it("has short files", () => {
    expect(findings(checkFileSize, [...SHIPPED, ...AROUND, "test"])).toEqual([]);
  });

  it("has short functions", () => {
    expect(findings(checkFunctionSize, [...SHIPPED, ...AROUND])).toEqual([]);
  });

  it("never uses the type any", () => {
    expect(findings(checkAny, [...SHIPPED, ...AROUND, "test"])).toEqual([]);
  });

  it("leaves nothing marked as unfinished", () => {
    expect(findings(checkUnfinished, [...SHIPPED, ...AROUND, "test"])).toEqual([]);
  });

  it("calls files by what they hold", () => {
    expect(findings(checkFileName, [...SHIPPED, ...AROUND, "test"])).toEqual([]);
  });
});
