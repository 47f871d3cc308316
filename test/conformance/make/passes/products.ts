import { floats, passCase } from "./pass-case.ts";

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
  };
}
