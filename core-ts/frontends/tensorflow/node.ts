import type { Tensor } from "../../tensor/tensor.ts";

/** A shape as far as it is known; null stands for a dimension, or for the rank, that is not. */
export type Dims = readonly (number | null)[];

/** An attribute's value, read into plain data. */
export type TfAttr =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "type"; readonly value: number }
  | { readonly kind: "shape"; readonly value: Dims | null }
  | { readonly kind: "tensor"; readonly value: () => Tensor }
  | { readonly kind: "function"; readonly value: string }
  | {
      readonly kind: "list";
      readonly ints: readonly number[];
      readonly strings: readonly string[];
      readonly types: readonly number[];
      readonly shapes: readonly (Dims | null)[];
      readonly functions: readonly string[];
    };

/** One output of a node. */
export interface Endpoint {
  readonly node: string;
  readonly index: number;
}

/** A node of the graph or of a function's body; inputs that only order the execution are left out. */
export interface TfNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly Endpoint[];
  readonly attrs: ReadonlyMap<string, TfAttr>;
}

/** Nodes by name. */
export type NodeTable = ReadonlyMap<string, TfNode>;

export interface TfFunction {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly nodes: NodeTable;
  readonly results: readonly Endpoint[];
}

export interface TfGraph {
  readonly nodes: NodeTable;
  readonly functions: ReadonlyMap<string, TfFunction>;
}

export const endpointText = ({ node, index }: Endpoint): string => `${node}:${index}`;

function attrOf<K extends TfAttr["kind"]>(
  node: TfNode,
  name: string,
  kind: K,
): Extract<TfAttr, { kind: K }> | undefined {
  const found = node.attrs.get(name);
  return found?.kind === kind ? (found as Extract<TfAttr, { kind: K }>) : undefined;
}

export const attrInt = (node: TfNode, name: string, fallback: number): number =>
  attrOf(node, name, "int")?.value ?? fallback;
export const attrFloat = (node: TfNode, name: string, fallback: number): number =>
  attrOf(node, name, "float")?.value ?? fallback;
export const attrBool = (node: TfNode, name: string, fallback: boolean): boolean =>
  attrOf(node, name, "bool")?.value ?? fallback;
export const attrString = (node: TfNode, name: string, fallback: string): string =>
  attrOf(node, name, "string")?.value ?? fallback;
export const attrInts = (node: TfNode, name: string): readonly number[] =>
  attrOf(node, name, "list")?.ints ?? [];
export const attrType = (node: TfNode, name: string): number | undefined => attrOf(node, name, "type")?.value;
export const attrFunction = (node: TfNode, name: string): string | undefined =>
  attrOf(node, name, "function")?.value;
/** undefined: the node does not have it; null: the rank is unknown. */
export const attrShape = (node: TfNode, name: string): Dims | null | undefined =>
  attrOf(node, name, "shape")?.value;
export const attrList = (node: TfNode, name: string): Extract<TfAttr, { kind: "list" }> | undefined =>
  attrOf(node, name, "list");
export const attrTensor = (node: TfNode, name: string): Tensor | undefined =>
  attrOf(node, name, "tensor")?.value();
