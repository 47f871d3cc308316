import type { NodeTable, TfNode } from "./node.ts";

/** A while-loop as a graph holds it: Enter → Merge → (condition) → Switch → Exit, or → body → NextIteration → Merge. */
export interface Frame {
  readonly merges: readonly LoopMerge[];
  /** Node that says whether to go on. */
  readonly condition: string;
  /** What changes from turn to turn. */
  readonly members: ReadonlySet<string>;
}

interface LoopMerge {
  readonly name: string;
  readonly enter: string;
  /** The NextIteration that feeds it. */
  readonly next: string;
}

/** Exit nodes by name: the loop they leave, and the Merge whose last value they give. */
export type Exits = ReadonlyMap<string, { readonly frame: Frame; readonly merge: string }>;

const isOp = (node: TfNode | undefined, op: string): boolean => node?.op === op || node?.op === `Ref${op}`;

function consumersOf(nodes: NodeTable): Map<string, TfNode[]> {
  const consumers = new Map<string, TfNode[]>();
  for (const node of nodes.values()) {
    for (const { node: from } of node.inputs) {
      const all = consumers.get(from);
      if (all) all.push(node);
      else consumers.set(from, [node]);
    }
  }
  return consumers;
}

/** The Merge nodes of loops, by the frame that their Enter names. */
function mergesByFrame(nodes: NodeTable): Map<string, LoopMerge[]> {
  const frames = new Map<string, LoopMerge[]>();
  for (const { name, op, inputs } of nodes.values()) {
    if (op !== "Merge" && op !== "RefMerge") continue;
    const from = inputs.map(({ node }) => nodes.get(node));
    const enter = from.find((node) => isOp(node, "Enter"));
    const next = from.find((node) => isOp(node, "NextIteration"));
    const frame = enter?.attrs.get("frame_name");
    if (!enter || !next || frame?.kind !== "string") continue;
    const all = frames.get(frame.value) ?? [];
    frames.set(frame.value, [...all, { name, enter: enter.name, next: next.name }]);
  }
  return frames;
}

/** Everything behind the Merges, up to the Exits. */
function membersOf(
  merges: readonly LoopMerge[],
  consumers: ReadonlyMap<string, TfNode[]>,
  exits: ReadonlySet<string>,
): Set<string> {
  const members = new Set<string>();
  const open = merges.map(({ name }) => name);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (members.has(name) || exits.has(name)) continue;
    members.add(name);
    for (const node of consumers.get(name) ?? []) open.push(node.name);
  }
  return members;
}

/** The Exits of a loop: behind the Switches of its Merges. */
function exitsOf(merge: LoopMerge, consumers: ReadonlyMap<string, TfNode[]>): string[] {
  const switches = (consumers.get(merge.name) ?? []).filter(
    (node) => isOp(node, "Switch") && node.inputs[0]?.node === merge.name,
  );
  return switches.flatMap(({ name }) =>
    (consumers.get(name) ?? []).filter((node) => isOp(node, "Exit")).map((exit) => exit.name),
  );
}

/** The condition: second input of the Switch of a Merge. */
function conditionOf(
  merges: readonly LoopMerge[],
  consumers: ReadonlyMap<string, TfNode[]>,
): string | undefined {
  for (const { name } of merges) {
    const found = (consumers.get(name) ?? []).find(
      (node) => isOp(node, "Switch") && node.inputs[0]?.node === name,
    );
    if (found) return found.inputs[1]?.node;
  }
  return undefined;
}

/** Every loop of a graph, by its Exits. */
export function findLoops(nodes: NodeTable): Exits {
  const exits = new Map<string, { frame: Frame; merge: string }>();
  if (![...nodes.values()].some((node) => isOp(node, "Exit"))) return exits;
  const consumers = consumersOf(nodes);
  for (const merges of mergesByFrame(nodes).values()) {
    const condition = conditionOf(merges, consumers);
    if (condition === undefined) continue;
    const own = merges.map((merge) => ({ merge, exits: exitsOf(merge, consumers) }));
    const names = new Set(own.flatMap((one) => one.exits));
    const frame = { merges, condition, members: membersOf(merges, consumers, names) };
    for (const { merge, exits: all } of own) {
      for (const exit of all) exits.set(exit, { frame, merge: merge.name });
    }
  }
  return exits;
}
