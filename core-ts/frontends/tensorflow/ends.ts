/** Where the graph begins and ends: -snn and -enn. */
import { ConfigError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import { dtypeOf } from "./dtypes.ts";
import { attrType, type Endpoint, endpointText, type NodeTable } from "./node.ts";

const SHOWN = 8;
const START = "-snn/--start-node-names";
const END = "-enn/--end-node-names";

function parse(text: string, option: string): Endpoint {
  const [, node, index] = /^\^?(.+?)(?::(\d+))?$/.exec(text.trim()) ?? [];
  if (node === undefined)
    throw new ConfigError(`${option}: "${text}" names no output of a node; write name:0`, { option });
  return { node, index: Number(index ?? 0) };
}

const lastPart = (name: string): string => name.split("/").at(-1)!;

/** The nearest name, names that hold the word's last part, and those whose own last part is near to it. */
function nearNames(name: string, names: readonly string[]): string[] {
  const last = lastPart(name);
  const holding = names.filter((one) => one.toLowerCase().includes(last.toLowerCase()));
  const part = nearest(last, [...new Set(names.map(lastPart))]);
  const alike = names.filter((one) => lastPart(one) === part);
  return [...new Set([nearest(name, names) ?? [], holding, alike].flat())].slice(0, SHOWN);
}

function listed(names: readonly string[]): string {
  return names.length > 0 ? names.slice(0, SHOWN).join(", ") : "none";
}

const placeholders = (nodes: NodeTable): string[] =>
  [...nodes.values()].filter(({ op }) => op.startsWith("Placeholder")).map(({ name }) => `${name}:0`);

/** Ops that only keep order or hold what others read. */
const NO_ENDS = new Set([
  "NoOp",
  "Const",
  "Placeholder",
  "Assert",
  "SaveV2",
  "RestoreV2",
  "MergeV2Checkpoints",
]);

function lastNodes(nodes: NodeTable): string[] {
  const read = new Set([...nodes.values()].flatMap(({ inputs }) => inputs.map(({ node }) => node)));
  return [...nodes.values()]
    .filter(({ name, op }) => !read.has(name) && !NO_ENDS.has(op))
    .map(({ name }) => `${name}:0`);
}

interface Wanted {
  readonly names: readonly string[];
  readonly option: string;
  /** What a SavedModel says. */
  readonly stated: readonly string[] | undefined;
  /** What might be meant where nothing was said. */
  readonly candidates: (nodes: NodeTable) => string[];
}

function endpoints(
  { names, option, stated, candidates }: Wanted,
  nodes: NodeTable,
  file: string,
): Endpoint[] {
  const wanted = names.length > 0 ? names : stated;
  if (!wanted || wanted.length === 0) {
    throw new ConfigError(
      `${option} is missing: it says where the graph of ${file} ${option === START ? "begins" : "ends"}; there are ${listed(candidates(nodes))}`,
      { option },
    );
  }
  const found = wanted.map((name) => parse(name, option));
  const lost = found.filter(({ node }) => !nodes.has(node));
  if (lost.length > 0) {
    const lines = lost.map(
      ({ node }) => `"${node}" (near to it: ${listed(nearNames(node, [...nodes.keys()]))})`,
    );
    throw new ConfigError(
      `${option}: ${file} has no node ${lines.join(", and none ")}; ${option === START ? "its inputs" : "its last nodes"} are ${listed(candidates(nodes))}`,
      { option },
    );
  }
  const texts = found.map(endpointText);
  const twice = texts.find((text, i) => texts.indexOf(text) !== i);
  if (twice) throw new ConfigError(`${option} names ${twice} twice; name it once`, { option });
  return found;
}

export interface Ends {
  readonly starts: readonly Endpoint[];
  readonly ends: readonly Endpoint[];
}

interface Given {
  readonly startNames: readonly string[];
  readonly endNames: readonly string[];
  readonly signature?:
    | { readonly inputs: readonly string[]; readonly outputs: readonly string[] }
    | undefined;
}

/** @throws ConfigError for names that are missing, wrong or given twice, with those that are near. */
export function findEnds({ startNames, endNames, signature }: Given, nodes: NodeTable, file: string): Ends {
  const isFlag = (name: string) =>
    dtypeOf(attrType(nodes.get(name.split(":")[0]!)!, "dtype") ?? 0) === "bool";
  const inputs = (all: NodeTable) => placeholders(all).filter((name) => !isFlag(name));
  return {
    starts: endpoints(
      { names: startNames, option: START, stated: signature?.inputs, candidates: inputs },
      nodes,
      file,
    ),
    ends: endpoints(
      { names: endNames, option: END, stated: signature?.outputs, candidates: lastNodes },
      nodes,
      file,
    ),
  };
}
