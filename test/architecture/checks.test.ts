import { describe, expect, it } from "vitest";
import { checkGlobals } from "./globals.ts";
import { checkImports } from "./imports.ts";
import { checkChipNames, checkFrameworkNames } from "./names.ts";
import { checkFileSize, checkFunctionSize } from "./size.ts";
import { type Finding, parse, type Source } from "./sources.ts";
import { checkAny, checkFileName, checkUnfinished } from "./words.ts";

type Rule = (source: Source) => Finding[];

/** [rule, path, a snippet that must be found, a snippet near to it that must not] */
const CASES: readonly (readonly [Rule, string, string, string])[] = [
  [checkImports, "core-ts/a.ts", `import { readFileSync } from "node:fs";`, `import Long from "long";`],
  [checkImports, "core-ts/a.ts", `import x from "../hosts/node/x.ts";`, `import x from "./ops/x.ts";`],
  [checkImports, "core-ts/ops/a.ts", `export * from "../../test/x.ts";`, `export * from "../graph/x.ts";`],
  [checkImports, "core-ts/a.ts", `const m = await import("node:os");`, `const m = await import("./b.ts");`],
  [checkImports, "core-ts/a.ts", `const m = await import(name);`, `const m = imports(name);`],
  [checkImports, "core-ts/a.ts", `const m = require("fs");`, `const m = required("fs");`],
  [checkImports, "core-ts/a.ts", `type T = import("node:fs").Stats;`, `type T = import("./b.ts").T;`],
  [
    checkImports,
    "core-ts/a.ts",
    `import { Tensor } from "onnxruntime-common";`,
    `import { type Tensor } from "onnxruntime-common";`,
  ],
  [checkImports, "core-as/a.ts", `import { x } from "../core-ts/x";`, `import { x } from "./x";`],
  [checkImports, "core-as/a.ts", `import { x } from "long";`, `// import { x } from "long";`],
  [
    checkImports,
    "conformance/a.ts",
    `import { x } from "../hosts/x.ts";`,
    `import { x } from "../core-ts/x.ts";`,
  ],
  [
    checkImports,
    "hosts/deno/a.ts",
    `import x from "../../package-lock.json" with { type: "json" };`,
    `import x from "../../package.json" with { type: "json" };`,
  ],
  [
    checkImports,
    "hosts/node/a.ts",
    `import { x } from "../../bench/x.ts";`,
    `import { x } from "commander";`,
  ],
  [checkGlobals, "core-ts/a.ts", "const t = Date.now();", "const t = clock.Date();"],
  [checkGlobals, "core-ts/a.ts", "const e = process.env;", "function f(process: Op) { return process.env; }"],
  [checkGlobals, "core-ts/a.ts", `console.log("x");`, `log("console");`],
  [checkGlobals, "core-ts/a.ts", "const r = Math.random();", "const r = Math.sqrt(2) + Math.round(x);"],
  [checkGlobals, "core-ts/a.ts", "const y = Math.exp(x);", "const y = kernels.exp(x); // Math.exp(x)"],
  [checkGlobals, "core-ts/a.ts", "const { log2 } = Math;", "const { log2 } = tables;"],
  [checkGlobals, "core-ts/a.ts", `const y = Math["pow"](2, 3);`, `const y = "Math.pow";`],
  [checkGlobals, "core-ts/a.ts", "const y = 2 ** 3;", "const y = 2 * 3; /** 2 ** 3 */"],
  [checkGlobals, "core-ts/a.ts", "y **= 2;", "y *= 2;"],
  [checkGlobals, "core-ts/a.ts", "const f = { fetch };", "const f = { fetch: load };"],
  [checkChipNames, "core-ts/plan/a.ts", `const c = "TX5368AV200";`, `const c = chip.name; // TX5368AV200`],
  [checkChipNames, "hosts/node/a.ts", "const r = /^TX510/;", "const r = /^TX/;"],
  [
    checkChipNames,
    "hosts/node/a.ts",
    `const s = \`not a TX5105C: \${x}\`;`,
    `const s = \`not a TX: \${x}\`;`,
  ],
  [checkFrameworkNames, "core-ts/frontends/caffe/a.ts", `const f = "tensorflow";`, `const f = "caffe";`],
  [checkFrameworkNames, "core-ts/plan/a.ts", "if (isPytorch) f();", `mode === "pytorch_half_pixel"`],
  [checkFileSize, "core-ts/a.ts", "let a;\n".repeat(250), "let a;\n".repeat(249)],
  [
    checkFunctionSize,
    "core-ts/a.ts",
    `function f() {${"\n  g();".repeat(38)}\n}`,
    `function f() {${"\n  g();".repeat(37)}\n}`,
  ],
  [
    checkFunctionSize,
    "core-ts/a.ts",
    `const f = () => {${"\n  g();".repeat(50)}\n};`,
    "const f = () => g();",
  ],
  [checkAny, "core-ts/a.ts", "let x: Map<string, any>;", `let any: Map<string, "any">;`],
  [checkUnfinished, "core-ts/a.ts", `// ${"TO" + "DO"}: later`, "// to do: later"],
  [checkFileName, "core-ts/utils.ts", "", ""],
];

describe("the structure test can fail", () => {
  it.each(CASES)("%o in %s finds: %s", (rule, path, bad) => {
    expect(rule(parse(path, bad))).toHaveLength(1);
  });

  const near = CASES.filter(([rule]) => rule !== checkFileName);
  it.each(near)("%o in %s passes what is near", (rule, path, _bad, good) => {
    expect(rule(parse(path, good))).toEqual([]);
  });

  it("takes names where they belong", () => {
    expect(checkChipNames(parse("core-ts/chips/families.ts", `const c = "TX5368AV200";`))).toEqual([]);
    expect(
      checkFrameworkNames(parse("core-ts/frontends/index.ts", `const f = { caffe, tensorflow };`)),
    ).toEqual([]);
    expect(checkFileName(parse("core-ts/quantize/scale.ts", ""))).toEqual([]);
  });

  it("says where", () => {
    const source = parse("core-ts/a.ts", "\n\nconst y = Math.tanh(x);");
    expect(checkGlobals(source)).toEqual([
      { path: "core-ts/a.ts", line: 3, message: "uses Math.tanh: not the same bits on every engine" },
    ]);
  });
});
