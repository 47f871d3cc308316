import ts from "typescript";
import { type Finding, finding, type Source, walk } from "./sources.ts";

/** Names a runtime provides: the core gets files, clocks, logs and randomness handed in, or does without. */
const HOST_GLOBALS = new Set([
  ...["Deno", "Bun", "process", "Buffer", "global", "globalThis", "window", "self", "navigator", "document"],
  ...["fetch", "XMLHttpRequest", "WebSocket", "Worker", "caches", "crypto", "localStorage"],
  ...["Date", "performance", "setTimeout", "setInterval", "setImmediate", "queueMicrotask"],
  ...["console", "alert", "require", "__dirname", "__filename", "eval", "Function", "Intl"],
]);

/**
 * The members of Math that IEEE 754 or the ECMAScript text fixes to the bit. The others (exp, log, pow, tanh, ...) are
 * "implementation-approximated": two engines write two different models. Math.random is no part of a reproducible run.
 */
const EXACT_MATH = new Set([
  ...["abs", "ceil", "clz32", "floor", "fround", "imul", "max", "min", "round", "sign", "sqrt", "trunc"],
  ...["E", "LN10", "LN2", "LOG10E", "LOG2E", "PI", "SQRT1_2", "SQRT2"],
]);

/** True where an identifier only names a member, a key or a label, and so refers to nothing in scope. */
function isMemberName(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return true;
  const isMember =
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isAccessor(parent) ||
    ts.isEnumMember(parent);
  return isMember && parent.name === node;
}

/** Names that the file itself declares; a parameter called `window` is no browser's window. */
function declaredNames(source: Source): Set<string> {
  const names = new Set<string>();
  walk(source, (node) => {
    const declares =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isBindingElement(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isImportSpecifier(node) ||
      ts.isImportClause(node);
    if (declares && node.name !== undefined && ts.isIdentifier(node.name)) names.add(node.name.text);
  });
  return names;
}

function isExactMath(node: ts.Identifier): boolean {
  const parent = node.parent;
  return (
    ts.isPropertyAccessExpression(parent) && parent.expression === node && EXACT_MATH.has(parent.name.text)
  );
}

function isPower(node: ts.Node): boolean {
  return (
    ts.isBinaryExpression(node) &&
    (node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskToken ||
      node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken)
  );
}

/** Uses of a runtime's globals, of engine-dependent mathematics and of `**`; comments and strings do not count. */
export function checkGlobals(source: Source): Finding[] {
  const findings: Finding[] = [];
  const declared = declaredNames(source);
  walk(source, (node) => {
    if (isPower(node))
      findings.push(finding(source, node, "uses **, whose last bits differ between engines"));
    if (!ts.isIdentifier(node) || isMemberName(node) || declared.has(node.text)) return;
    if (HOST_GLOBALS.has(node.text)) findings.push(finding(source, node, `uses the runtime's ${node.text}`));
    if (node.text === "Math" && !isExactMath(node)) {
      findings.push(
        finding(source, node, `uses ${node.parent.getText(source.tree)}: not the same bits on every engine`),
      );
    }
  });
  return findings;
}
