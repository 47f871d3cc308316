import { nodeUses } from "./edit.ts";
import type { Node } from "./graph.ts";

interface Step {
  readonly node: Node;
  /** Makers of what the node reads that have not been looked at, the first last. */
  readonly makers: Node[];
}

/**
 * Depth-first topological sort, linear in nodes and edges: the nodes in their given order, each preceded by those it reads from that do not
 * stand before it. A graph with a cycle gives that cycle's nodes, each followed by one that reads from it; otherwise `cycle` is empty.
 * The path is kept in an array of its own: a model may be a chain of any length, a call stack is not.
 */
export function sortNodes(nodes: readonly Node[]): { readonly sorted: Node[]; readonly cycle: Node[] } {
  const makers = new Map(
    nodes.flatMap((node) =>
      node.outputs.filter((value) => value !== "").map((value) => [value, node] as const),
    ),
  );
  const makersOf = (node: Node): Node[] =>
    nodeUses(node)
      .flatMap((value) => makers.get(value) ?? [])
      .reverse();
  const sorted = new Set<Node>();
  const path: Step[] = [];
  const open = new Set<Node>();
  for (const root of nodes) {
    let next: Node | undefined = root;
    while (next) {
      if (open.has(next)) {
        const start = path.findIndex(({ node }) => node === next);
        return {
          sorted: [],
          cycle: path
            .slice(start)
            .map(({ node }) => node)
            .reverse(),
        };
      }
      if (!sorted.has(next)) {
        open.add(next);
        path.push({ node: next, makers: makersOf(next) });
      }
      next = nextUnplaced(path, open, sorted);
    }
  }
  return { sorted: [...sorted], cycle: [] };
}

/** Places the nodes at the path's end that wait for nothing more; the next maker to look at, or undefined when the path is done. */
function nextUnplaced(path: Step[], open: Set<Node>, sorted: Set<Node>): Node | undefined {
  for (let step = path.at(-1); step; step = path.at(-1)) {
    const maker = step.makers.pop();
    if (maker) return maker;
    sorted.add(step.node);
    open.delete(step.node);
    path.pop();
  }
  return undefined;
}
