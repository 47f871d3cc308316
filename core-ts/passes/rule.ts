import type { Graph, Node } from "../graph/graph.ts";
import type { Pass } from "./pass.ts";
import { Site } from "./site.ts";

/** What a rule did at a node: nothing, an edit, or a refusal worth telling. */
export type Outcome = undefined | { readonly did: string } | { readonly refused: string };

/** Looks at one node of the standard domain; edits the graph only when everything fits. */
export type Rule = (node: Node, site: Site) => Outcome;

const title = (node: Node): string => `${node.op} "${node.name}"`;

/** Applies the rule at every node with one of the ops until it changes nothing more. */
export function nodePass(name: string, ops: readonly string[] | "any", rule: Rule): Pass {
  const concerned = (node: Node) => node.domain === "" && (ops === "any" || ops.includes(node.op));
  return {
    name,
    run(graph: Graph) {
      const notes: string[] = [];
      let changed = false;
      let site = new Site(graph);
      for (const node of [...graph.nodes]) {
        if (!concerned(node) || !graph.nodes.includes(node)) continue;
        const heading = title(node);
        const outcome = rule(node, site);
        if (outcome === undefined) continue;
        if ("refused" in outcome) notes.push(`${name}: ${heading} left as it is, ${outcome.refused}`);
        else {
          notes.push(`${name}: ${heading} ${outcome.did}`);
          changed = true;
          site = new Site(graph);
        }
      }
      return { changed, notes };
    },
  };
}
