import ts from "typescript";
import { type Finding, finding, type Source, walk } from "./sources.ts";

/** Notes that say the work is not done; spelled apart so that this file does not hold them. */
const UNFINISHED = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"].join("|")})\\b`);
const VAGUE_NAMES = /(^|\/)(utils?|helpers?|misc|common|manager)(\.|\/)/i;

/** The type `any`, written out. */
export function checkAny(source: Source): Finding[] {
  const findings: Finding[] = [];
  walk(source, (node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) findings.push(finding(source, node, "uses the type any"));
  });
  return findings;
}

/** Marks of unfinished work, in comments as in code. */
export function checkUnfinished(source: Source): Finding[] {
  return source.text.split("\n").flatMap((text, index) => {
    const found = UNFINISHED.exec(text);
    return found ? [{ path: source.path, line: index + 1, message: `says ${found[1]}` }] : [];
  });
}

/** Files and folders whose name says nothing of what they hold. */
export function checkFileName(source: Source): Finding[] {
  const found = VAGUE_NAMES.exec(source.path);
  return found
    ? [{ path: source.path, line: 1, message: `is called "${found[2]}", which says nothing` }]
    : [];
}
