import type { Backend, Session } from "../backend.ts";
import { openSession } from "../calibrate/calibrate.ts";
import { nodeUses } from "../graph/edit.ts";
import type { Graph, GraphValue, Model, Node } from "../graph/graph.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What one piece reads from outside and what others, or the caller, want of it. */
interface Piece {
  readonly nodes: readonly Node[];
  readonly reads: ReadonlySet<string>;
  readonly makes: ReadonlySet<string>;
}

/** Every node that the groups need, with the first group that needs it. */
function assign(graph: Graph, groups: readonly (readonly string[])[]): Map<Node, number> {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const owner = new Map<Node, number>();
  for (const [group, wanted] of groups.entries()) {
    const open = [...wanted];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const node = name === "" ? undefined : producers.get(name);
      if (!node || owner.has(node)) continue;
      owner.set(node, group);
      open.push(...nodeUses(node));
    }
  }
  return owner;
}

function pieceOf(graph: Graph, nodes: readonly Node[]): Piece {
  const makes = new Set(nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== ""));
  const reads = new Set(nodes.flatMap(nodeUses));
  for (const name of ["", ...makes, ...graph.initializers.keys()]) reads.delete(name);
  return { nodes, reads, makes };
}

function modelOf(model: Model, piece: Piece, outputs: readonly string[]): Model {
  const { graph } = model;
  const edges = new Map(graph.inputs.map((edge) => [edge.name, edge.type]));
  const typed = (name: string): GraphValue => ({
    name,
    type: edges.get(name) ?? graph.types.get(name) ?? null,
  });
  const used = new Set(piece.nodes.flatMap(nodeUses));
  return {
    ...model,
    graph: {
      ...graph,
      inputs: [...piece.reads].map(typed),
      outputs: outputs.map(typed),
      nodes: [...piece.nodes],
      initializers: new Map([...graph.initializers].filter(([name]) => used.has(name))),
    },
  };
}

/**
 * A model as models that run one behind the other, each what the values of one group need beyond the groups before: piece i's outputs are
 * its own group's values and what later groups want or read. Groups have to be in topological order, for pieces to be no larger than need be.
 * Undefined where a value that would cross a border has no known element type: then it can't be an input.
 */
export function cutIntoPieces(model: Model, groups: readonly (readonly string[])[]): Model[] | undefined {
  const { graph } = model;
  const owner = assign(graph, groups);
  const pieces = groups.map((_, i) =>
    pieceOf(
      graph,
      graph.nodes.filter((node) => owner.get(node) === i),
    ),
  );
  const models = pieces.map((piece, i) => {
    const wanted = new Set([
      ...groups.slice(i).flat(),
      ...pieces.slice(i + 1).flatMap(({ reads }) => [...reads]),
    ]);
    return modelOf(
      model,
      piece,
      [...piece.makes].filter((name) => wanted.has(name)),
    );
  });
  const isTyped = models.every(({ graph: { inputs } }) => inputs.every(({ type }) => type !== null));
  return isTyped ? models : undefined;
}

interface Step {
  /** Undefined where the pieces before have made all that is wanted. */
  readonly session: Session | undefined;
  readonly wanted: readonly string[];
  /** Values that no later step reads or wants. */
  readonly lastUsed: readonly string[];
}

function lastUses(pieces: readonly Model[], groups: readonly (readonly string[])[]): string[][] {
  const last = new Map<string, number>();
  for (const [i, { graph }] of pieces.entries())
    for (const name of [...[...graph.inputs, ...graph.outputs].map((one) => one.name), ...groups[i]!])
      last.set(name, i);
  return pieces.map((_, i) => [...last].flatMap(([name, at]) => (at === i ? [name] : [])));
}

/** Pieces of a model, run one behind the other: memory for one piece and what crosses its borders, however deep the model. */
export class PiecewiseRun {
  private constructor(private readonly steps: readonly Step[]) {}

  /** @param pieces by cutIntoPieces, from the same groups; @param what the model is, for messages. */
  static async open(
    backend: Backend,
    pieces: readonly Model[],
    groups: readonly (readonly string[])[],
    what: string,
  ): Promise<PiecewiseRun> {
    const last = lastUses(pieces, groups);
    const steps: Step[] = [];
    try {
      for (const [i, piece] of pieces.entries()) {
        const isEmpty = piece.graph.nodes.length === 0;
        const use = pieces.length > 1 ? "piece" : "report";
        const session = isEmpty ? undefined : await openSession(backend, piece, what, use);
        steps.push({ session, wanted: groups[i]!, lastUsed: last[i]! });
      }
    } catch (error) {
      await new PiecewiseRun(steps).release();
      throw error;
    }
    return new PiecewiseRun(steps);
  }

  /**
   * Runs piece `i` and returns its group's values. `held`: the feeds before piece 0, and what `step` itself leaves in it; it loses what no later
   * piece needs.
   */
  async step(i: number, held: Map<string, Tensor>): Promise<Map<string, Tensor>> {
    const { session, wanted, lastUsed } = this.steps[i]!;
    const made = (await session?.run(held)) ?? [];
    for (const [name, t] of made) held.set(name, t);
    const values = new Map(
      wanted.flatMap((name) => {
        const t = held.get(name);
        return t ? [[name, t] as const] : [];
      }),
    );
    for (const name of lastUsed) held.delete(name);
    return values;
  }

  async release(): Promise<void> {
    for (const { session } of this.steps) await session?.release();
  }
}
