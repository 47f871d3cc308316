import { replaceUses } from "../graph/edit.ts";
import type { Site } from "./site.ts";

/** Gives a value that now means other numbers a new name, `wanted` or the next free one, so that nothing known of the old one is taken for it. */
export function renameValue(old: string, wanted: string, site: Site): string {
  const name = site.addValue(wanted, site.graph.types.get(old));
  const maker = site.index.producer(old);
  if (maker) maker.outputs = maker.outputs.map((output) => (output === old ? name : output));
  replaceUses(site.graph, old, name);
  return name;
}
