import { Graph, layout } from "@dagrejs/dagre";
import type { ReportGraph } from "../../../core-ts/report/report.ts";
import { stretches } from "./pieces.ts";

export const NODE = { width: 132, height: 34 } as const;
const GAP = { column: 44, rank: 20, node: 14 } as const;

type Point = readonly [x: number, y: number];

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Centres of the nodes, by index. */
  readonly centres: readonly Point[];
  readonly edges: readonly (readonly Point[])[];
}

type Edge = ReportGraph["edges"][number];

interface Column {
  readonly width: number;
  readonly height: number;
  readonly centres: readonly (readonly [node: number, at: Point])[];
  readonly edges: readonly (readonly Point[])[];
}

/** One stretch of the network, top to bottom. */
function column(first: number, end: number, edges: readonly Edge[]): Column {
  const graph = new Graph();
  graph.setGraph({ rankdir: "TB", ranksep: GAP.rank, nodesep: GAP.node });
  graph.setDefaultEdgeLabel(() => ({}));
  for (let node = first; node < end; node++) graph.setNode(String(node), { ...NODE });
  for (const [from, to] of edges) graph.setEdge(String(from), String(to));
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    centres: graph.nodes().map((name: string) => {
      const { x, y } = graph.node(name) as { x: number; y: number };
      return [Number(name), [x, y]] as const;
    }),
    edges: graph.edges().map((edge: { v: string; w: string }) => {
      const { points } = graph.edge(edge) as { points: readonly { x: number; y: number }[] };
      return points.map(({ x, y }) => [x, y] as const);
    }),
  };
}

/** From below one node through the gap before the other's column to above it. */
function between([x1, y1]: Point, [x2, y2]: Point, gap: number): Point[] {
  const [below, above] = [y1 + NODE.height / 2, y2 - NODE.height / 2];
  const step = GAP.rank / 2;
  return [
    [x1, below],
    [x1, below + step],
    [gap, below + step],
    [gap, above - step],
    [x2, above - step],
    [x2, above],
  ];
}

/** The network as columns beside each other, read like a newspaper. */
export function layoutGraph(graph: ReportGraph): Picture {
  const starts = stretches(graph);
  const columnOf = (node: number) => starts.findLastIndex((start) => start <= node);
  const within = starts.map((): Edge[] => []);
  const across: Edge[] = [];
  for (const edge of graph.edges) {
    const [from, to] = edge.map(columnOf) as [number, number];
    if (from === to) within[from]!.push(edge);
    else across.push(edge);
  }
  const columns = starts.map((first, i) => column(first, starts[i + 1] ?? graph.nodes.length, within[i]!));
  const centres: Point[] = [];
  const edges: (readonly Point[])[] = [];
  const lefts: number[] = [];
  let left = 0;
  const move = ([x, y]: Point): Point => [x + left, y];
  for (const one of columns) {
    lefts.push(left);
    for (const [node, at] of one.centres) centres[node] = move(at);
    edges.push(...one.edges.map((points) => points.map(move)));
    left += one.width + GAP.column;
  }
  for (const [from, to] of across) {
    edges.push(between(centres[from]!, centres[to]!, lefts[columnOf(to)]! - GAP.column / 2));
  }
  return {
    width: Math.max(left - GAP.column, NODE.width),
    height: Math.max(...columns.map(({ height }) => height), NODE.height),
    centres,
    edges,
  };
}
