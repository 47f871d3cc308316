import type { Emitter } from "./emitter.ts";
import type { TfNode } from "./node.ts";
import type { TensorValue, Value } from "./value.ts";

/** One op: its inputs → what its outputs are, one or all in order. @throws Refused for attributes that can't be converted. */
export type Convert = (
  node: TfNode,
  inputs: readonly TensorValue[],
  to: Emitter,
) => TensorValue | readonly TensorValue[];

/** An op of which some input or output is no tensor. */
export type ConvertValues = (node: TfNode, inputs: readonly Value[], to: Emitter) => Value | readonly Value[];
