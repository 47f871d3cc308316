import { floats, int64s, passCase } from "./pass-case.ts";

/** Products of matrices in other words. */
export function productCases() {
  return {
    rewriteEinsum: [
      passCase(
        "an activation by weights whose axes have to change places",
        {
          inputs: { x: [1, 2, 3] },
          constants: { w: floats([2, 3], [1, 2, 3, 4, 5, 6]) },
          nodes: [["y", "Einsum", "x w", { equation: "bsd,od->bso" }]],
          outputs: "y",
        },
        ["node_y: y = MatMul(x, node_y/b_transposed)"],
        { "node_y/b_transposed": floats([3, 2], [1, 4, 2, 5, 3, 6]) },
      ),
      passCase(
        "queries by keys",
        {
          inputs: { q: [1, 2, 3, 4], k: [1, 5, 3, 4] },
          nodes: [["y", "Einsum", "q k", { equation: "bqhd,bkhd->bhqk" }]],
          outputs: "y",
        },
        [
          "node_y/a_transposed: node_y/a_transposed = Transpose(q) {perm=[0, 2, 1, 3]}",
          "node_y/b_transposed: node_y/b_transposed = Transpose(k) {perm=[0, 2, 3, 1]}",
          "node_y: y = MatMul(node_y/a_transposed, node_y/b_transposed)",
        ],
      ),
    ],
    splitPacked: [
      passCase(
        "two parts of the columns, each with its rows of heads",
        {
          inputs: { x: [1, 2] },
          constants: {
            w: floats([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]),
            heads: int64s(1, 2, 2),
            i0: int64s(0),
            i1: int64s(1),
          },
          nodes: [
            ["p", "MatMul", "x w"],
            ["h", "Reshape", "p heads"],
            ["y", "Gather", "h i0", { axis: 2 }],
            ["z", "Gather", "h i1", { axis: 2 }],
          ],
          outputs: "y z",
        },
        [
          "node_p/y/product: node_p/y/product = MatMul(x, node_p/y/weight)",
          "node_p/y: y = Reshape(node_p/y/product, node_p/y/axes_shape) from node_p, node_h, node_y",
          "node_p/z/product: node_p/z/product = MatMul(x, node_p/z/weight)",
          "node_p/z: z = Reshape(node_p/z/product, node_p/z/axes_shape) from node_p, node_h, node_z",
        ],
        {
          "node_p/y/weight": floats([2, 2], [1, 3, 5, 7]),
          "node_p/y/axes_shape": int64s(1, 2, 1),
          "node_p/z/weight": floats([2, 2], [2, 4, 6, 8]),
          "node_p/z/axes_shape": int64s(1, 2, 1),
        },
      ),
    ],
    foldScalar: [
      passCase(
        "the quotient of scores by a number, into the weights of the queries",
        {
          inputs: { x: [2, 2], k: [2, 2] },
          constants: { w: floats([2, 2], [1, 2, 3, 4]), two: floats([], [2]) },
          nodes: [
            ["q", "MatMul", "x w"],
            ["s", "MatMul", "k q"],
            ["y", "Div", "s two"],
          ],
          outputs: "y",
        },
        ["node_q: q_scaled = MatMul(x, w_scaled) from node_y", "node_s: y = MatMul(k, q_scaled)"],
        { w_scaled: floats([2, 2], [0.5, 1, 1.5, 2]) },
      ),
    ],
    balanceChannels: [
      passCase(
        // r = [4, 16], w = [1, 1]: √(r·w) = [2, 4], c = 4/16, s = [1/2, 1].
        "the narrow channel gets half of what it lacks, its weights lose it",
        {
          inputs: { x: [3, 2] },
          constants: { g: floats([2], [1, 4]), w: floats([2, 1], [1, 1]) },
          nodes: [
            ["n", "LayerNormalization", "x g", { axis: -1 }],
            ["y", "MatMul", "n w"],
          ],
          outputs: "y",
        },
        [
          "node_n: n_balanced = LayerNormalization(x, g_balanced) {axis=-1}",
          "node_y: y = MatMul(n_balanced, w_balanced)",
        ],
        { g_balanced: floats([2], [2, 4]), w_balanced: floats([2, 1], [0.5, 1]) },
      ),
    ],
    squeezeWeights: [
      passCase(
        "weights with an axis of 1 in front",
        {
          inputs: { x: [1, 3, 2] },
          constants: { w: floats([1, 2, 1], [1, 2]) },
          nodes: [["y", "MatMul", "x w"]],
          outputs: "y",
        },
        ["node_y: y = MatMul(x, w_matrix)"],
        { w_matrix: floats([2, 1], [1, 2]) },
      ),
    ],
  };
}
