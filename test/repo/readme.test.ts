import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { QUANT_OPTIONS } from "../../hosts/shared/cli/quant-options.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const NAMES = ["README.md", "README.zh-CN.md"] as const;
const [english, chinese] = NAMES.map((name) => readFileSync(join(ROOT, name), "utf8"));

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;
const outsideCode = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, "");

describe("the READMEs", () => {
  it("begin with the two commands", () => {
    for (const text of [english!, chinese!]) {
      expect(
        text
          .split("\n")
          .slice(1, 3)
          .map((line) => line.split(" #")[0]!.trim()),
      ).toEqual(["npm start", "npm test"]);
    }
  });

  it("are in step: as many headings, code blocks, tables' rows and numbers in tables", () => {
    for (const pattern of [/^#+ /gm, /^```/gm, /^\|/gm, /\d+\.\d+ (%|dB)/g])
      expect(count(outsideCode(chinese!), pattern)).toBe(count(outsideCode(english!), pattern));
  });

  it("link to files that are there", () => {
    for (const text of [english!, chinese!])
      for (const [, target] of text.matchAll(/\]\(([^)]+)\)/g))
        expect(existsSync(join(ROOT, target!)), target).toBe(true);
  });

  it("name options that exist", () => {
    const known = new Set([
      "--chip",
      "--help",
      "--default-chip",
      ...QUANT_OPTIONS.flatMap(({ long, shorts }) => [`--${long}`, ...shorts.map((s) => `-${s}`)]),
    ]);
    for (const text of [english!, chinese!]) {
      const named = [...text.matchAll(/`[^`\n]*`|^node .*$/gm)].flatMap(
        ([code]) => code!.match(/(?<=[\s`])--?[a-z][a-z-]*/g) ?? [],
      );
      expect(named.length).toBeGreaterThan(5);
      expect(named.filter((option) => !known.has(option))).toEqual([]);
    }
  });
});
