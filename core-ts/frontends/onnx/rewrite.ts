import { ModelError } from "../../errors.ts";
import type { Attribute, Dim, Node } from "../../graph/graph.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** What a rewrite may ask about the graph around its node, and add to it. */
export interface RewriteContext {
  /** The content of a value that is a constant. */
  constant(value: string): Tensor | undefined;
  /** Adds an initializer; the name returned is `wanted` or the next free one. */
  addConstant(wanted: string, t: Tensor): string;
  /** Makes `value` a constant, in the place of the node that made it. */
  defineConstant(value: string, t: Tensor): void;
  /** A name for a new value, `wanted` or the next free one. */
  newValue(wanted: string): string;
  /** The value's shape, undefined when not even the rank is known. */
  dims(value: string): readonly Dim[] | undefined;
  /** Type of a value of a floating type; float32 where nothing in the file tells. */
  floatType(value: string): DType;
  /** Whether a node or an output of the graph reads the value. */
  isRead(value: string): boolean;
}

/** How an op changed between opsets: the old form and the nodes that take its place. */
export interface Rewrite {
  readonly op: string;
  /** First opset in which the op has the new form. */
  readonly until: number;
  /** Nodes, in order, that compute the same outputs. May change `node` in place and return it. @throws UnsupportedError, ModelError. */
  rewrite(node: Node, ctx: RewriteContext): readonly Node[];
}

/** For forms that exporters write at any opset. */
export const ALWAYS = Number.POSITIVE_INFINITY;

function required(node: Node, name: string | undefined, what: string): string {
  if (name) return name;
  throw new ModelError(
    `${node.op} node "${node.name}" has no ${what}, which the op requires; export the model again`,
    { node: node.name },
  );
}

/** The value at a required input. @throws ModelError when it is absent. */
export function operand(node: Node, i: number): string {
  return required(node, node.inputs[i], `input ${i}`);
}

/** The first output. @throws ModelError when it is absent. */
export function result(node: Node): string {
  return required(node, node.outputs[0], "output");
}

/** A node of a standard op with one output, named after it. */
export function newNode(
  op: string,
  inputs: readonly string[],
  output: string,
  attrs: Readonly<Record<string, Attribute>> = {},
): Node {
  return {
    name: output,
    op,
    domain: "",
    inputs: [...inputs],
    outputs: [output],
    attrs: new Map(Object.entries(attrs)),
    origins: [],
  };
}
