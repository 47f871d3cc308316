import { posix } from "node:path";
import ts from "typescript";
import { type Finding, finding, type Source, walk } from "./sources.ts";

/** What the files of one area may import: folders of the project, and packages by their exact specifier. */
export interface Area {
  readonly folders: readonly string[];
  /** "all" packages, or the specifiers allowed. */
  readonly packages: "all" | readonly string[];
  /** Packages of which only types may be imported, since the area must run without them. */
  readonly typesOf?: readonly string[];
}

/** Architecture, rule 1: dependencies point inward. */
export const AREAS: Readonly<Record<string, Area>> = {
  "core-ts": {
    folders: ["core-ts"],
    packages: ["protobufjs/minimal.js", "protobufjs/minimal", "long", "leven", "@noble/hashes/sha2.js"],
    typesOf: ["onnxruntime-common"],
  },
  "core-as": { folders: ["core-as"], packages: [] },
  conformance: { folders: ["core-ts", "conformance"], packages: [] },
  hosts: { folders: ["core-ts", "conformance", "hosts"], packages: "all" },
};

interface Import {
  readonly node: ts.Node;
  readonly specifier: string;
  readonly typesOnly: boolean;
}

function isTypesOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings;
  const every = named !== undefined && ts.isNamedImports(named) && named.elements.every((e) => e.isTypeOnly);
  return clause.name === undefined && every;
}

/** The module that a node brings in: a static or dynamic import, a re-export, `require`, or an `import("...")` type. */
function importOf(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    const from = node.moduleSpecifier;
    if (from === undefined || !ts.isStringLiteral(from)) return undefined;
    return { node, specifier: from.text, typesOnly: isTypesOnly(node) };
  }
  if (
    ts.isImportTypeNode(node) &&
    ts.isLiteralTypeNode(node.argument) &&
    ts.isStringLiteral(node.argument.literal)
  ) {
    return { node, specifier: node.argument.literal.text, typesOnly: true };
  }
  if (!ts.isCallExpression(node)) return undefined;
  const called = node.expression;
  const loads =
    called.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(called) && called.text === "require");
  if (!loads) return undefined;
  const target = node.arguments[0];
  const known = target !== undefined && ts.isStringLiteralLike(target);
  return { node, specifier: known ? target.text : "(a computed module name)", typesOnly: false };
}

function complaint(source: Source, area: Area, found: Import): string | undefined {
  const { specifier, typesOnly } = found;
  if (specifier.startsWith(".")) {
    const target = posix.join(posix.dirname(source.path), specifier);
    const inside = area.folders.some((folder) => target.startsWith(`${folder}/`));
    return inside ? undefined : `imports ${target}, outside of ${area.folders.join(", ") || "nothing"}`;
  }
  if (area.packages === "all" || area.packages.includes(specifier)) return undefined;
  if (!area.typesOf?.includes(specifier)) return `imports "${specifier}", a package not allowed here`;
  return typesOnly ? undefined : `imports more than types from "${specifier}"`;
}

/** Imports that the area of the file does not allow; files outside of every area may import anything. */
export function checkImports(source: Source): Finding[] {
  const area = AREAS[source.path.split("/")[0] ?? ""];
  if (area === undefined) return [];
  const findings: Finding[] = [];
  walk(source, (node) => {
    const found = importOf(node);
    const message = found && complaint(source, area, found);
    if (found && message) findings.push(finding(source, found.node, message));
  });
  return findings;
}
