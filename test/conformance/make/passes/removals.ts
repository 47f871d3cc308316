import { int64s, passCase } from "./pass-case.ts";

const vector = { inputs: { x: [2, 3] } } as const;

/** Nodes that change nothing, and nodes that nobody reads. */
export function removalCases() {
  return {
    removeNoOps: [
      passCase(
        "readers of Identity read its input",
        {
          ...vector,
          nodes: [
            ["a", "Sigmoid", "x"],
            ["b", "Identity", "a"],
            ["y", "Tanh", "b"],
          ],
          outputs: "y",
        },
        ["node_a: a = Sigmoid(x)", "node_y: y = Tanh(a)"],
      ),
      passCase(
        "the producer takes over the name of a model output",
        {
          ...vector,
          nodes: [
            ["a", "Sigmoid", "x"],
            ["y", "Identity", "a"],
          ],
          outputs: "y",
        },
        ["node_a: y = Sigmoid(x)"],
      ),
      passCase(
        "an input that is an output keeps its Identity",
        { ...vector, nodes: [["y", "Identity", "x"]], outputs: "y" },
        ["node_y: y = Identity(x)"],
      ),
      passCase(
        "a Reshape to the same shape goes",
        {
          ...vector,
          constants: { s: int64s(2, -1) },
          nodes: [
            ["a", "Reshape", "x s"],
            ["y", "Tanh", "a"],
          ],
          outputs: "y",
        },
        ["node_y: y = Tanh(x)"],
      ),
      passCase(
        "a Slice backwards stays although the shape is the same",
        {
          ...vector,
          constants: { from: int64s(-1), to: int64s(-9), axis: int64s(1), step: int64s(-1) },
          nodes: [
            ["a", "Slice", "x from to axis step"],
            ["y", "Tanh", "a"],
          ],
          outputs: "y",
        },
        ["node_a: a = Slice(x, from, to, axis, step)", "node_y: y = Tanh(a)"],
        { from: int64s(-1), to: int64s(-9), axis: int64s(1), step: int64s(-1) },
      ),
      passCase(
        "a Transpose that changes no order goes, one that does stays",
        {
          ...vector,
          nodes: [
            ["a", "Transpose", "x", { perm: [0, 1] }],
            ["y", "Transpose", "a", { perm: [1, 0] }],
          ],
          outputs: "y",
        },
        ["node_y: y = Transpose(x) {perm=[1, 0]}"],
      ),
    ],
    removeDeadCode: [
      passCase(
        "a chain that nobody reads goes",
        {
          ...vector,
          nodes: [
            ["a", "Sigmoid", "x"],
            ["b", "Tanh", "a"],
            ["y", "Relu", "x"],
          ],
          outputs: "y",
        },
        ["node_y: y = Relu(x)"],
      ),
      passCase(
        "indices that nobody reads become an absent output",
        {
          inputs: { x: [1, 1, 4] },
          nodes: [["y i", "MaxPool", "x", { kernel_shape: [2], strides: [2] }]],
          outputs: "y",
        },
        ["node_y: y = MaxPool(x) {kernel_shape=[2], strides=[2]}"],
      ),
      passCase(
        "what one output of two needs stays",
        {
          ...vector,
          nodes: [
            ["a", "Sigmoid", "x"],
            ["b", "Tanh", "a"],
            ["y", "Relu", "a"],
          ],
          outputs: "y",
        },
        ["node_a: a = Sigmoid(x)", "node_y: y = Relu(a)"],
      ),
    ],
  };
}
