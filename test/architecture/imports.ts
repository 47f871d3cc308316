import { posix } from "node:path";
import ts from "typescript";
import { type Finding, finding, type Source, walk } from "./sources.ts";

/** What the files of one area may import: folders of the project, and packages by their exact specifier. */
export interface Area {
  readonly folders: readonly string[];
  /** Files elsewhere in the project: what is built, and what the package says of itself. */
  readonly files?: readonly string[];
  /** "all" packages, or the specifiers allowed. */
  readonly packages: "all" | readonly string[];
  /** Packages of which only types may be imported, since the area must run without them. */
  readonly typesOf?: readonly string[];
}

/** Architecture, rule 1: dependencies point inward. */
export const AREAS: Readonly<Record<string, Area>> = {
  "core-ts": {
    folders: ["core-ts"],
    packages: [
      "protobufjs/minimal.js",
      "protobufjs/minimal",
      "long",
      "leven",
      "@noble/hashes/sha2.js",
      "fflate",
    ],
    typesOf: ["onnxruntime-common"],
  },
  "core-as": { folders: ["core-as"], packages: [] },
  conformance: { folders: ["core-ts", "conformance"], packages: [] },
  hosts: {
    folders: ["core-ts", "conformance", "hosts"],
    files: ["package.json", "build/kernels.simd.wasm", "build/report-page.json"],
    packages: "all",
  },
};

export interface Import {
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
  const target = importedFile(source, found);
  if (target !== undefined) {
    const inside =
      area.folders.some((folder) => target.startsWith(`${folder}/`)) || area.files?.includes(target);
    return inside ? undefined : `imports ${target}, outside of ${area.folders.join(", ") || "nothing"}`;
  }
  if (area.packages === "all" || area.packages.includes(specifier)) return undefined;
  if (!area.typesOf?.includes(specifier)) return `imports "${specifier}", a package not allowed here`;
  return typesOnly ? undefined : `imports more than types from "${specifier}"`;
}

/** Every module the file brings in. */
export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  walk(source, (node) => {
    const one = importOf(node);
    if (one) found.push(one);
  });
  return found;
}

/** The file of the project that a relative import names; undefined for a package. */
export function importedFile(source: Source, { specifier }: Import): string | undefined {
  return specifier.startsWith(".") ? posix.join(posix.dirname(source.path), specifier) : undefined;
}

/** Imports that the area of the file does not allow; files outside of every area may import anything. */
export function checkImports(source: Source): Finding[] {
  const area = AREAS[source.path.split("/")[0] ?? ""];
  if (area === undefined) return [];
  return importsOf(source).flatMap((found) => {
    const message = complaint(source, area, found);
    return message === undefined ? [] : [finding(source, found.node, message)];
  });
}
