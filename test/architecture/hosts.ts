/** Hosts are thin: each stands on hosts/shared alone, which reads options and data, runs the stages and formats results, once for all. */
import ts from "typescript";
import { type Import, importedFile, importsOf } from "./imports.ts";
import { type Finding, finding, type Source, walk } from "./sources.ts";

/** A file that may do what its kind may not, and why. `may` is a file or a folder. */
interface Exception {
  readonly file: string;
  readonly may: string;
  readonly because: string;
}

const ON_NODE = "the edge app's way in on Node stands on Node's ports";
const ON_DENO = "the edge app's way in on Deno stands on Deno's ports";

export const EXCEPTIONS: readonly Exception[] = [
  { file: "hosts/edge/node.ts", may: "hosts/node/", because: ON_NODE },
  { file: "hosts/edge/node-worker.ts", may: "hosts/node/", because: ON_NODE },
  { file: "hosts/edge/deno.ts", may: "hosts/deno/", because: ON_DENO },
  { file: "hosts/edge/deno-worker.ts", may: "hosts/deno/", because: ON_DENO },
  {
    file: "hosts/edge/workerd.ts",
    may: "hosts/deno/version.ts",
    because: "the version by an import of package.json, as Deno needs it",
  },
  {
    file: "hosts/deno/backend.ts",
    may: "hosts/node/ort.ts",
    because: "onnxruntime-node is the same addon in Deno",
  },
  {
    file: "hosts/deno/backend.ts",
    may: "hosts/node/wasm.ts",
    because: "onnxruntime-web is the same in Deno",
  },
  {
    file: "hosts/deno/python.ts",
    may: "hosts/node/python-process.ts",
    because: "Deno's own processes have no streams besides the usual three, Node's in Deno have",
  },
  {
    file: "hosts/edge/model-limits.ts",
    may: "core-ts/onnx/proto.ts",
    because: "a model from outside is measured before it is read",
  },
  {
    file: "hosts/edge/data-limits.ts",
    may: "fflate",
    because: "an archive from outside is measured before it is unpacked",
  },
  {
    file: "hosts/edge/jobs.ts",
    may: "core-ts/backend.ts",
    because: "a server without a runtime hands in one that runs nothing",
  },
  {
    file: "hosts/browser/page/result/agreement.ts",
    may: "core-ts/report/layer-error.ts",
    because: "two answers are compared by the formula of the report",
  },
];

function isExcepted(source: Source, target: string): boolean {
  return EXCEPTIONS.some(({ file, may }) => file === source.path && target.startsWith(may));
}

/** "hosts/node" for a file of that host; undefined for hosts/shared and everything else. */
function hostOf(path: string): string | undefined {
  const [top, name] = path.split("/");
  return top === "hosts" && name !== "shared" ? `${top}/${name}` : undefined;
}

/** A host, or hosts/shared, that imports another host. */
export function checkHostFolders(source: Source): Finding[] {
  if (!source.path.startsWith("hosts/")) return [];
  return importsOf(source).flatMap((found) => {
    const target = importedFile(source, found) ?? "";
    const other = hostOf(target);
    if (other === undefined || other === hostOf(source.path) || isExcepted(source, target)) return [];
    return [
      finding(source, found.node, `imports ${target}, of another host: move what both need to hosts/shared`),
    ];
  });
}

/** What a host may run of the core by itself: no stage of the pipeline, which hosts/shared drives. */
const CORE = ["core-ts/errors.ts", "core-ts/kernels/create.ts", "core-ts/index.ts"];

/** A host that runs parts of the core which hosts/shared runs for all. */
export function checkHostCore(source: Source): Finding[] {
  if (hostOf(source.path) === undefined) return [];
  return importsOf(source).flatMap((found) => {
    const target = importedFile(source, found);
    if (!target?.startsWith("core-ts/") || found.typesOnly) return [];
    if (CORE.includes(target) || isExcepted(source, target)) return [];
    return [finding(source, found.node, `runs ${target} by itself: hosts/shared does that for all hosts`)];
  });
}

/** What reads options, data and pictures, and what draws results: packages, or what may not be taken from one. */
const SHARED_ONLY: readonly { readonly of: RegExp; readonly names?: RegExp; readonly what: string }[] = [
  { of: /^(commander|leven)$/, what: "options" },
  { of: /^(cli-table3|cli-progress)$/, what: "results and progress" },
  { of: /^(jpeg-js|@jsquash\/.*)$/, what: "pictures" },
  { of: /^fast-png$/, names: /^decode/, what: "pictures" },
  { of: /^fflate$/, names: /^(unzip|gunzip|inflate|unzlib|decompress)/i, what: "data" },
];

/** Names that an import takes; "*" where it takes all. */
function importedNames({ node }: Import): string[] {
  const named = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : undefined;
  if (!named || !ts.isNamedImports(named)) return ["*"];
  return named.elements.map((element) => (element.propertyName ?? element.name).text);
}

/** A host that reads options, data or pictures, or draws results, with a package of its own. */
export function checkHostPackages(source: Source): Finding[] {
  if (hostOf(source.path) === undefined) return [];
  return importsOf(source).flatMap((found) => {
    const { node, specifier, typesOnly } = found;
    const rule = SHARED_ONLY.find(({ of }) => of.test(specifier));
    if (!rule || typesOnly || isExcepted(source, specifier)) return [];
    const taken = importedNames(found).filter((name) => name === "*" || (rule.names?.test(name) ?? true));
    if (taken.length === 0) return [];
    return [
      finding(
        source,
        node,
        `takes ${taken.join(", ")} from "${specifier}": hosts/shared handles ${rule.what}`,
      ),
    ];
  });
}

/** An object that says both how an option is called and how it is read: a row of a table of options. */
export function checkOptionTables(source: Source): Finding[] {
  const findings: Finding[] = [];
  if (hostOf(source.path) === undefined) return findings;
  walk(source, (node) => {
    if (!ts.isObjectLiteralExpression(node)) return;
    const keys = node.properties.map((property) => property.name?.getText(source.tree));
    if (!keys.includes("long") || !["shorts", "parse", "help"].some((key) => keys.includes(key))) return;
    findings.push(finding(source, node, "defines an option: hosts/shared/cli/quant-options.ts has them all"));
  });
  return findings;
}
