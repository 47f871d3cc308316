import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { OPS } from "../../../core-ts/ops/index.ts";
import { UNARY } from "../../../core-ts/ops/unary.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));

/** The other tests of this folder, as one text. */
function otherTests(): string {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".test.ts"));
  const others = files.filter((name) => name !== basename(fileURLToPath(import.meta.url)));
  return others.map((name) => readFileSync(`${FOLDER}${name}`, "utf8")).join("\n");
}

it("every op of the registry is in a test of its accuracy", () => {
  const words = new Set(otherTests().match(/\w+/g));
  // unary.test.ts goes through UNARY; an Identity is gone before anything is planned.
  const isElsewhere = (op: string) => op === "Identity" || Object.hasOwn(UNARY, op);
  const missing = Object.keys(OPS).filter((op) => !words.has(op) && !isElsewhere(op));
  expect(missing).toEqual([]);
});
