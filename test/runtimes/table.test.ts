import { describe, expect, it } from "vitest";
import type { GroupResult } from "../../conformance/index.ts";
import type { RuntimeReport } from "./children/report.ts";
import { complaints, conformanceTable, type Outcome, skipLines } from "./table.ts";

const PASSED: GroupResult = { passed: 7, failed: [], skipped: [] };
const GROUPS = ["kernels", "searches", "functions", "passes", "models", "errors"];

function report(group: Partial<GroupResult> = {}, demo = "ab"): RuntimeReport {
  const groups = Object.fromEntries(GROUPS.map((name) => [name, PASSED]));
  const result = { host: "h", groups: { ...groups, models: { ...PASSED, ...group } } };
  return { runtime: "r", result, models: {}, demo: demo.repeat(32) } as unknown as RuntimeReport;
}

const ran = (host: string, one: RuntimeReport, isWasm = true): Outcome => ({ host, isWasm, report: one });

describe("the table", () => {
  it("has a line a host and a column a group", () => {
    const skipped: Outcome = { host: "Chromium", isWasm: true, skipped: "there is none" };
    const lines = conformanceTable([ran("Node", report()), skipped]).split("\n");
    expect(lines[1]).toMatch(
      /host .* kernels .* searches .* functions .* passes .* models .* errors .* _quantize.onnx/,
    );
    expect(lines[3]).toMatch(/Node .*( 7 .*){6} abababababab /);
    expect(lines[5]).toMatch(/Chromium .* skipped: there is none/);
  });

  it("shows what failed and what was skipped, and why", () => {
    const skips = [{ case: "models/a/0", reason: "no memory" }];
    const outcome = ran("Node", report({ passed: 5, failed: ["models/a/1: found 1"], skipped: skips }));
    expect(conformanceTable([outcome])).toContain("5 (1 failed, 1 skipped)");
    expect(skipLines([outcome])).toEqual(["Node: no memory"]);
  });
});

describe("complaints", () => {
  it("are none where all agree, a host that was skipped aside", () => {
    const skipped: Outcome = { host: "Chromium", isWasm: true, skipped: "there is none" };
    expect(complaints([ran("A", report()), ran("B", report()), skipped])).toEqual([]);
  });

  it("name failed cases, hosts that broke down, and nothing having run", () => {
    expect(complaints([ran("A", report({ failed: ["models/a/0: found 1, expected 2"] }))])).toEqual([
      "A: models/a/0: found 1, expected 2",
    ]);
    const broken: Outcome = { host: "B", isWasm: true, broken: "it ended" };
    expect(complaints([broken])).toEqual(["B: it ended", "no host ran"]);
  });

  it("name other totals and other bytes; the native runtime's bytes are its own", () => {
    const skips = [{ case: "models/a/0", reason: "no memory" }];
    const other = report({ passed: 6, skipped: skips });
    expect(complaints([ran("A", report()), ran("B", other)])[0]).toMatch(
      /^B: totals .*6 \(1 skipped\).* those of A are/,
    );
    expect(complaints([ran("A", report()), ran("B", report({}, "cd"))])).toEqual([
      "B: writes other bytes than A",
    ]);
    expect(complaints([ran("A", report(), false), ran("B", report({}, "cd"))])).toEqual([]);
  });
});
