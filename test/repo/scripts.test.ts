import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const SCRIPTS = fileURLToPath(new URL("../../scripts", import.meta.url));
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "knight-scripts-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text);
}

describe("scripts/run.mjs", () => {
  function run(...args: string[]) {
    return spawnSync(process.execPath, [join(SCRIPTS, "run.mjs"), ...args], { encoding: "utf8" });
  }

  it("says in one sentence what it does when asked for nothing or for something else", () => {
    for (const args of [[], ["deploy"]]) {
      const { status, stderr } = run(...args);
      expect(status).toBe(1);
      expect(stderr).toMatch(/^Usage: node scripts\/run\.mjs start\|test\|build\|bench/);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    }
  });

  it("refuses an old Node in one sentence", () => {
    write("old-node.cjs", `Object.defineProperty(process.versions, "node", { value: "18.20.1" });`);
    const entry = join(SCRIPTS, "run.mjs");
    const { status, stderr } = spawnSync(
      process.execPath,
      ["-r", join(folder, "old-node.cjs"), entry, "start"],
      {
        encoding: "utf8",
      },
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Knight Quant needs Node 20 or newer, and this is Node 18\.20\.1: .*\n$/);
  });

  it("says so when there is no npm to install with", () => {
    for (const name of ["run.mjs", "setup.mjs", "fingerprint.mjs"]) {
      write(`scripts/${name}`, readFileSync(join(SCRIPTS, name), "utf8"));
    }
    const { status, stderr } = spawnSync(process.execPath, [join(folder, "scripts/run.mjs"), "build"], {
      encoding: "utf8",
      env: { PATH: folder },
    });
    expect(status).toBe(1);
    expect(stderr).toContain("npm was not found; it comes with Node");
    expect(stderr).not.toContain("at spawn");
  });
});

describe("scripts/fingerprint.mjs", () => {
  function fingerprint(): string {
    const code = `import { fingerprint } from ${JSON.stringify(`file://${SCRIPTS}/fingerprint.mjs`)};
      process.stdout.write(fingerprint(${JSON.stringify(folder)}, ["src", "package.json"]));`;
    return execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" });
  }

  beforeEach(() => {
    write("package.json", "{}");
    write("src/a.ts", "let a;");
    write("src/deep/b.ts", "let b;");
  });

  it("stays the same for new times and for files that are not compiled", () => {
    const before = fingerprint();
    utimesSync(join(folder, "src/a.ts"), 1, 1);
    write("src/notes.md", "x");
    expect(fingerprint()).toBe(before);
  });

  it("changes when a source is edited, added, renamed or deleted", () => {
    const seen = [fingerprint()];
    write("src/a.ts", "let c;");
    seen.push(fingerprint());
    write("src/deep/c.ts", "");
    seen.push(fingerprint());
    renameSync(join(folder, "src/deep/c.ts"), join(folder, "src/c.ts"));
    seen.push(fingerprint());
    rmSync(join(folder, "src/deep/b.ts"));
    seen.push(fingerprint());
    write("package.json", "[]");
    seen.push(fingerprint());
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe("scripts/closing-line.mjs", () => {
  function closingLine(report: unknown) {
    write("report.json", JSON.stringify(report));
    const args = [join(SCRIPTS, "closing-line.mjs"), join(folder, "report.json")];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
    return { status, stdout };
  }
  const counts = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 2, numTodoTests: 1 };
  const passed = { status: "passed", assertionResults: [{ status: "passed" }] };

  it("gives the counts of vitest's report alone on a line", () => {
    expect(closingLine({ ...counts, testResults: [passed] })).toEqual({
      status: 0,
      stdout: "7 passed, 0 failed, 3 skipped\n",
    });
  });

  it("counts a file that broke before its tests were collected as a failure", () => {
    const broken = { status: "failed", assertionResults: [] };
    expect(closingLine({ ...counts, testResults: [passed, broken] })).toEqual({
      status: 1,
      stdout: "7 passed, 1 failed, 3 skipped\n",
    });
  });

  it("counts a failed test once", () => {
    const failed = { status: "failed", assertionResults: [{ status: "failed" }] };
    const report = { ...counts, numFailedTests: 1, testResults: [failed] };
    expect(closingLine(report)).toEqual({ status: 1, stdout: "7 passed, 1 failed, 3 skipped\n" });
  });

  it("does not pass when no test ran", () => {
    expect(closingLine({ ...counts, numPassedTests: 0, testResults: [] }).status).toBe(1);
  });
});
