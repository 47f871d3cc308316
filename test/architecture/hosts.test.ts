import { describe, expect, it } from "vitest";
import {
  checkHostCore,
  checkHostFolders,
  checkHostPackages,
  checkOptionTables,
  EXCEPTIONS,
} from "./hosts.ts";
import { type Finding, listed, parse, type Source, sourcesUnder } from "./sources.ts";

type Rule = (source: Source) => Finding[];
const found = (rule: Rule): string[] => listed(sourcesUnder("hosts").flatMap(rule));

describe("the hosts", () => {
  it("are all there", () => {
    const folders = new Set(sourcesUnder("hosts").map(({ path }) => path.split("/")[1]));
    expect([...folders].sort()).toEqual(["browser", "deno", "edge", "node", "report", "shared"]);
  });

  it("stand on hosts/shared, none on another", () => {
    expect(found(checkHostFolders)).toEqual([]);
  });

  it("leave the stages of the pipeline to hosts/shared", () => {
    expect(found(checkHostCore)).toEqual([]);
  });

  it("share readers of options, data and pictures, and what draws results", () => {
    expect(found(checkHostPackages)).toEqual([]);
  });

  it("share the definitions of options", () => {
    expect(found(checkOptionTables)).toEqual([]);
  });

  it("need every exception that is made for them", () => {
    const rules = [checkHostFolders, checkHostCore, checkHostPackages];
    const idle = EXCEPTIONS.filter(({ file, may }) => {
      const [source] = sourcesUnder(file);
      // The same content under a name for which nothing is excepted.
      const unexcepted = source && parse(file.replace(/[^/]+$/, "unexcepted.ts"), source.text);
      const complaints = unexcepted ? rules.flatMap((rule) => rule(unexcepted)) : [];
      return !complaints.some(({ message }) => message.includes(may));
    });
    expect(idle).toEqual([]);
  });
});

/** [rule, path, a snippet that must be found, a snippet near to it that must not] */
const CASES: readonly (readonly [Rule, string, string, string])[] = [
  [
    checkHostFolders,
    "hosts/deno/a.ts",
    `import { nodePorts } from "../node/ports.ts";`,
    `import { x } from "../shared/ports.ts";`,
  ],
  [checkHostFolders, "hosts/shared/job/a.ts", `import "../../node/a.ts";`, `import "../cli/a.ts";`],
  [checkHostFolders, "hosts/edge/app.ts", `import("../node/ports.ts");`, `import("./gate.ts");`],
  [
    checkHostFolders,
    "hosts/edge/node.ts",
    `import { x } from "../deno/ports.ts";`,
    `import { x } from "../node/ports.ts";`,
  ],
  [
    checkHostCore,
    "hosts/edge/a.ts",
    `import { prepare } from "../../core-ts/pipeline.ts";`,
    `import type { Prepared } from "../../core-ts/pipeline.ts";`,
  ],
  [
    checkHostCore,
    "hosts/browser/page/a.tsx",
    `import { OBSERVERS } from "../../../core-ts/observers/index.ts";`,
    `import { ConfigError } from "../../../core-ts/errors.ts";`,
  ],
  [checkHostPackages, "hosts/deno/a.ts", `import Table from "cli-table3";`, `import pc from "picocolors";`],
  [
    checkHostPackages,
    "hosts/edge/a.ts",
    `import { Command } from "commander";`,
    `import { Hono } from "hono";`,
  ],
  [
    checkHostPackages,
    "hosts/browser/a.ts",
    `import { unzipSync } from "fflate";`,
    `import { zipSync } from "fflate";`,
  ],
  [
    checkHostPackages,
    "hosts/browser/a.ts",
    `import { decode as read } from "fast-png";`,
    `import { encode } from "fast-png";`,
  ],
  [
    checkOptionTables,
    "hosts/edge/a.ts",
    `const o = { long: "bit-width", shorts: ["b"] };`,
    `const o = { name: "bit-width", long: 8 };`,
  ],
];

describe("the rules for hosts can fail", () => {
  it.each(CASES)("%o in %s finds: %s", (rule, path, bad) => {
    expect(rule(parse(path, bad))).toHaveLength(1);
  });

  it.each(CASES)("%o in %s passes what is near", (rule, path, _, good) => {
    expect(rule(parse(path, good))).toEqual([]);
  });

  it("hold for hosts only", () => {
    const everywhere = `import Table from "cli-table3"; import { prepare } from "../../core-ts/pipeline.ts";`;
    for (const rule of [checkHostPackages, checkHostCore, checkOptionTables])
      expect(rule(parse("hosts/shared/a.ts", everywhere))).toEqual([]);
  });
});
