import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** One source file; `path` is relative to the project's root, with forward slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

/** What a rule found wrong, where. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const KINDS = /\.(ts|tsx|mts|js|mjs)$/;
const NOT_OURS = new Set(["generated", "node_modules", "dist", "build"]);

/** Parses `text` as if it were the file `path`; AssemblyScript parses as TypeScript. */
export function parse(path: string, text: string): Source {
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true) };
}

function pathsUnder(path: string): string[] {
  if (!statSync(join(ROOT, path)).isDirectory()) return KINDS.test(path) ? [path] : [];
  const names = readdirSync(join(ROOT, path)).filter((name) => !NOT_OURS.has(name));
  return names.flatMap((name) => pathsUnder(posix.join(path, name)));
}

/** Every source file below the folders, sorted by path; generated code is nobody's writing and left out. */
export function sourcesUnder(...folders: readonly string[]): Source[] {
  const paths = folders.filter((folder) => existsSync(join(ROOT, folder))).flatMap(pathsUnder);
  return paths.sort().map((path) => parse(path, readFileSync(join(ROOT, path), "utf8")));
}

/** A finding at a node of the tree. */
export function finding(source: Source, node: ts.Node, message: string): Finding {
  const { line } = source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree));
  return { path: source.path, line: line + 1, message };
}

/** Calls `visit` for every node of the tree, parents first. */
export function walk(source: Source, visit: (node: ts.Node) => void): void {
  const step = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, step);
  };
  step(source.tree);
}

/** One line a finding, so that a failing test shows what to change. */
export function listed(findings: readonly Finding[]): string[] {
  return findings.map(({ path, line, message }) => `${path}:${line} ${message}`);
}
