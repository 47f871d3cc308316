import type { ReportGraph } from "../../../core-ts/report/report.ts";

/** How far from the wished length a cut may lie, as a factor. */
const SLACK = 0.35;
/** Nodes in a column of a picture of n nodes: LENGTH · √n makes it about twice as wide as high. */
const LENGTH = 1.5;
const SHORTEST = 10;

/** How many edges pass between node i-1 and node i of the order. */
function crossings({ nodes, edges }: ReportGraph): number[] {
  const change = new Array<number>(nodes.length + 1).fill(0);
  for (const [from, to] of edges) {
    change[Math.min(from, to) + 1]! += 1;
    change[Math.max(from, to) + 1]! -= 1;
  }
  let open = 0;
  return change.map((by) => {
    open += by;
    return open;
  });
}

/**
 * Cuts the order of the nodes where few edges pass, into stretches that are laid out as columns: a network is a hundred times
 * deeper than wide, and a picture of one column could not be read.
 * @returns first index of every stretch.
 */
export function stretches(graph: ReportGraph): number[] {
  const count = graph.nodes.length;
  const length = Math.max(SHORTEST, LENGTH * Math.sqrt(count));
  const passing = crossings(graph);
  const starts = [0];
  for (let start = 0; count - start > length * (1 + SLACK); ) {
    const from = Math.ceil(start + length * (1 - SLACK));
    const to = Math.floor(start + length * (1 + SLACK));
    let best = from;
    for (let at = from; at <= to; at++) {
      const closer = Math.abs(at - start - length) < Math.abs(best - start - length);
      if (passing[at]! < passing[best]! || (passing[at] === passing[best] && closer)) best = at;
    }
    starts.push(best);
    start = best;
  }
  return starts;
}
