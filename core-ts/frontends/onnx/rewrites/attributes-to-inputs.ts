import { attr, floatAttr, intAttr, intsAttr } from "../../../graph/attributes.ts";
import type { Node } from "../../../graph/graph.ts";
import { DTYPE_CODES } from "../../../tensor/dtype.ts";
import { float32Scalar, int64Tensor, type Tensor, tensor } from "../../../tensor/tensor.ts";
import { newNode, type Rewrite, type RewriteContext } from "../rewrite.ts";

/** An attribute of the old form, and the input that holds it in the new one. */
interface Moved {
  readonly name: string;
  readonly input: number;
  /** Adds the value to the graph and names it; undefined when the node does not have the attribute. */
  readonly value: (node: Node, ctx: RewriteContext, before: Node[]) => string | undefined;
}

const hint = (node: Node, name: string): string => `${node.name}_${name}`;

/** Integers → a 1-D int64 constant. */
function ints(name: string, input: number): Moved {
  return {
    name,
    input,
    value(node, ctx) {
      const found = intsAttr(node, name, undefined);
      return found && ctx.addConstant(hint(node, name), int64Tensor(found));
    },
  };
}

/** One integer → an int64 constant of shape `dims`, which has one element; `fallback` was the attribute's default. */
function int(name: string, input: number, dims: readonly number[], fallback?: number): Moved {
  return {
    name,
    input,
    value(node, ctx) {
      const found = intAttr(node, name, fallback);
      if (found === undefined) return undefined;
      return ctx.addConstant(hint(node, name), { ...int64Tensor([found]), dims });
    },
  };
}

/** A float → a scalar of the type of the node's data; float16 through a Cast, which rounds as the runtime does. */
function floatLikeData(name: string, input: number): Moved {
  return {
    name,
    input,
    value(node, ctx, before) {
      const found = floatAttr(node, name, undefined);
      if (found === undefined) return undefined;
      const type = ctx.floatType(node.inputs[0] ?? "");
      const scalar: Tensor =
        type === "float64" ? tensor("float64", [], Float64Array.of(found)) : float32Scalar(found);
      const constant = ctx.addConstant(hint(node, name), scalar);
      if (type === scalar.dtype) return constant;
      const cast = newNode("Cast", [constant], ctx.newValue(`${constant}_${type}`), {
        to: attr.int(DTYPE_CODES[type]),
      });
      before.push(cast);
      return cast.outputs[0];
    },
  };
}

/** A float → a float32 scalar. */
function float(name: string, input: number): Moved {
  return {
    name,
    input,
    value(node, ctx) {
      const found = floatAttr(node, name, undefined);
      return found === undefined ? undefined : ctx.addConstant(hint(node, name), float32Scalar(found));
    },
  };
}

function moves(op: string, until: number, ...attributes: readonly Moved[]): Rewrite {
  return {
    op,
    until,
    rewrite(node, ctx) {
      const before: Node[] = [];
      for (const { name, input, value } of attributes) {
        const moved = value(node, ctx, before);
        node.attrs.delete(name);
        if (moved === undefined) continue;
        while (node.inputs.length < input) node.inputs.push("");
        node.inputs[input] = moved;
      }
      return [...before, node];
    },
  };
}

const REDUCTIONS_OF_18 = [
  ...["ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin"],
  ...["ReduceProd", "ReduceSumSquare"],
];

/** Attributes that became inputs, so that they could be computed; the number is the opset of the change. */
export const ATTRIBUTES_TO_INPUTS: readonly Rewrite[] = [
  moves("Slice", 10, ints("starts", 1), ints("ends", 2), ints("axes", 3)),
  moves("TopK", 10, int("k", 1, [1])),
  moves("Clip", 11, floatLikeData("min", 1), floatLikeData("max", 2)),
  moves("Pad", 11, ints("pads", 1), floatLikeData("value", 2)),
  moves("Dropout", 12, float("ratio", 1)),
  moves("Split", 13, ints("split", 1)),
  moves("Squeeze", 13, ints("axes", 1)),
  moves("Unsqueeze", 13, ints("axes", 1)),
  moves("ReduceSum", 13, ints("axes", 1)),
  ...REDUCTIONS_OF_18.map((op) => moves(op, 18, ints("axes", 1))),
  moves("DFT", 20, int("axis", 2, [], 1)),
];
