import { ModelError } from "../errors.ts";
import type { Attribute, Node } from "./graph.ts";

export const attr = {
  int: (value: number): Attribute => ({ kind: "int", value }),
  ints: (value: readonly number[]): Attribute => ({ kind: "ints", value }),
  float: (value: number): Attribute => ({ kind: "float", value }),
  floats: (value: readonly number[]): Attribute => ({ kind: "floats", value }),
  string: (value: string): Attribute => ({ kind: "string", value }),
};

function wrongKind(node: Node, name: string, found: Attribute, expected: string): ModelError {
  return new ModelError(
    `attribute "${name}" of ${node.op} node "${node.name}" is of kind ${found.kind}, expected ${expected}; re-export the model`,
    { node: node.name },
  );
}

/** The integer attribute, or `fallback` if the node does not have it. */
export function intAttr<F extends number | undefined>(node: Node, name: string, fallback: F): number | F {
  const found = node.attrs.get(name);
  if (found === undefined) return fallback;
  if (found.kind !== "int") throw wrongKind(node, name, found, "int");
  return found.value;
}

export function intsAttr<F extends readonly number[] | undefined>(
  node: Node,
  name: string,
  fallback: F,
): readonly number[] | F {
  const found = node.attrs.get(name);
  if (found === undefined) return fallback;
  if (found.kind !== "ints") throw wrongKind(node, name, found, "ints");
  return found.value;
}

export function floatAttr<F extends number | undefined>(node: Node, name: string, fallback: F): number | F {
  const found = node.attrs.get(name);
  if (found === undefined) return fallback;
  if (found.kind !== "float") throw wrongKind(node, name, found, "float");
  return found.value;
}

export function stringAttr<F extends string | undefined>(node: Node, name: string, fallback: F): string | F {
  const found = node.attrs.get(name);
  if (found === undefined) return fallback;
  if (found.kind !== "string") throw wrongKind(node, name, found, "string");
  return found.value;
}

export function floatsAttr(node: Node, name: string, fallback: readonly number[]): readonly number[] {
  const found = node.attrs.get(name);
  if (found === undefined) return fallback;
  if (found.kind !== "floats") throw wrongKind(node, name, found, "floats");
  return found.value;
}

export function stringsAttr(node: Node, name: string, fallback: readonly string[]): readonly string[] {
  const found = node.attrs.get(name);
  if (found === undefined) return fallback;
  if (found.kind !== "strings") throw wrongKind(node, name, found, "strings");
  return found.value;
}
