import ts from "typescript";
import { type Finding, finding, type Source, walk } from "./sources.ts";

/** Architecture, rule 12: files below 250 lines, functions below 40. */
export const FILE_LINES = 250;
export const FUNCTION_LINES = 40;

/** The file, if it has FILE_LINES lines or more. */
export function checkFileSize(source: Source): Finding[] {
  const lines = source.text.replace(/\n$/, "").split("\n").length;
  if (lines < FILE_LINES) return [];
  return [
    { path: source.path, line: lines, message: `has ${lines} lines, expected fewer than ${FILE_LINES}` },
  ];
}

function nameOf(node: ts.SignatureDeclaration, source: Source): string {
  if (node.name !== undefined) return node.name.getText(source.tree);
  const parent = node.parent;
  const named = ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent);
  return named ? parent.name.getText(source.tree) : "(anonymous)";
}

/** Functions of FUNCTION_LINES lines or more, from their first keyword to the closing brace. */
export function checkFunctionSize(source: Source): Finding[] {
  const findings: Finding[] = [];
  walk(source, (node) => {
    if (!ts.isFunctionLike(node) || !("body" in node) || node.body === undefined) return;
    const start = source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line;
    const lines = source.tree.getLineAndCharacterOfPosition(node.getEnd()).line - start + 1;
    if (lines < FUNCTION_LINES) return;
    const message = `${nameOf(node, source)} has ${lines} lines, expected fewer than ${FUNCTION_LINES}`;
    findings.push(finding(source, node, message));
  });
  return findings;
}
