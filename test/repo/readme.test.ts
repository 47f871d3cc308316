import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { loadScript } from "../../hosts/node/script.ts";
import { QUANT_OPTIONS } from "../../hosts/shared/cli/quant-options.ts";
import { COMPARE_OPTIONS } from "../../hosts/shared/compare/options.ts";
import { knight, Scratch } from "../support/command.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PAIRS = [
  ["README.md", "README.zh-CN.md"],
  ["docs/user-scripts.md", "docs/user-scripts.zh-CN.md"],
] as const;
const PAGES = PAIRS.flat();

const read = (page: string): string => readFileSync(join(ROOT, page), "utf8");
const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;
const blocks = (text: string): { language: string; code: string }[] =>
  [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({
    language: language!,
    code: code!,
  }));
const outsideCode = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, "");
const spellings = (specs: readonly { long: string; shorts: readonly string[] }[]): Set<string> =>
  new Set(specs.flatMap(({ long, shorts }) => [`--${long}`, ...shorts.map((short) => `-${short}`)]));

/** Comments are translated; what runs is not. */
const withoutComments = (code: string): string => code.replace(/ *(\/\/|# ).*$/gm, "");

/** Options in inline code and in command lines of Knight; npm's options are none of ours. */
function optionsIn(text: string): string[] {
  const commands = blocks(text).flatMap(({ code }) => code.match(/^node .*$/gm) ?? []);
  const inline = (outsideCode(text).match(/`[^`\n]+`/g) ?? []).filter((code) => !/^`(npm|bash) /.test(code));
  return [...commands, ...inline].flatMap((code) => code.match(/(?<=[\s`])--?[a-z][\w-]*/g) ?? []);
}

/** The only block in this language. */
function blockOf(page: string, language: string): string {
  const found = blocks(read(page)).filter((block) => block.language === language);
  expect(found, `${language} in ${page}`).toHaveLength(1);
  return found[0]!.code;
}

describe("the READMEs", () => {
  it("begin with the two commands", () => {
    for (const page of PAIRS[0])
      expect(withoutComments(blocks(read(page))[0]!.code)).toBe("npm start\nnpm test\n");
  });

  it("are below 220 lines", () => {
    for (const page of PAIRS[0]) expect(read(page).split("\n").length, page).toBeLessThan(220);
  });
});

describe.each(PAIRS)("%s and %s", (english, chinese) => {
  it("are in step: headings and their levels, tables' rows, numbers in tables", () => {
    const [left, right] = [outsideCode(read(english)), outsideCode(read(chinese))];
    const levels = (text: string) => [...text.matchAll(/^(#+) /gm)].map(([, level]) => level);
    expect(levels(right)).toEqual(levels(left));
    expect(levels(left).length).toBeGreaterThan(3);
    const cells = (text: string) =>
      (text.match(/^\|.*$/gm) ?? []).flatMap((row) => row.match(/\d+\.\d+/g) ?? []);
    expect(cells(right)).toEqual(cells(left));
    expect(count(right, /^\|/gm)).toBe(count(left, /^\|/gm));
  });

  it("have the same code, comments apart", () => {
    const code = (page: string) =>
      blocks(read(page)).map((block) => ({ ...block, code: withoutComments(block.code) }));
    expect(code(chinese)).toEqual(code(english));
  });
});

describe.each(PAGES)("%s", (page) => {
  it("links to files that are there", () => {
    const targets = [...outsideCode(read(page)).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
      ([, target]) => target!,
    );
    expect(targets.length).toBeGreaterThan(0);
    const missing = targets.filter((target) => !existsSync(join(ROOT, dirname(page), target)));
    expect(missing).toEqual([]);
  });

  it("names options that exist", () => {
    const all = new Set([
      ...spellings([...QUANT_OPTIONS, ...COMPARE_OPTIONS]),
      "--chip",
      "--default-chip",
      "--help",
    ]);
    const named = optionsIn(read(page));
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((option) => !all.has(option))).toEqual([]);
  });
});

describe("the code in the pages runs as it stands", () => {
  const scratch = new Scratch();
  afterAll(() => scratch.remove());
  const DIGITS = join(ROOT, "examples/digits");
  const quantizeWith = (script: string, name: string) =>
    knight(
      [
        "quant",
        "-m",
        join(DIGITS, "digits.onnx"),
        "-uds",
        scratch.file(`${name}.ts`, script),
        "-if",
        name,
      ].concat([
        "-d",
        join(DIGITS, "calibration.npy"),
        "-bs",
        "16",
        "-i",
        "4",
        "-s",
        join(scratch.path, name),
      ]),
    );

  it("the README's user script", async () => {
    const { code, out, err } = await quantizeWith(blockOf("README.md", "ts"), "infer_images");
    expect(err).not.toContain("error:");
    expect(code).toBe(0);
    expect(out).toMatch(/^Calibration +64 samples$/m);
  });

  it("the classification function, right on nearly all of the demo's images", async () => {
    const { code, out } = await quantizeWith(blockOf("docs/user-scripts.md", "ts"), "infer_cls_model");
    expect(code).toBe(0);
    // The float network is right on 98 % of images that training never saw, and these are training images.
    expect(Number(/^Float result +(.*)$/m.exec(out)?.[1])).toBeGreaterThan(98);
  });

  it("the library's use writes a model", async () => {
    const output = join(scratch.path, "library.onnx");
    const program = blockOf("docs/library.md", "js")
      .replace('"digits_quantize.onnx"', JSON.stringify(output))
      .replaceAll('"examples/digits/', `"${DIGITS}/`);
    await loadScript(scratch.file("library.mjs", program));
    expect(readFileSync(output).length).toBeGreaterThan(10_000);
  });
});
