import { floats, int64s, passCase } from "./pass-case.ts";

const M = floats([2, 3], [1, 2, 3, 4, 5, 6]);

/** Reshapes and Transposes in a row, and Gemm without options. */
export function movementCases() {
  return {
    mergeReshapes: [
      passCase(
        "two in a row are one; the first stays until dead code is removed",
        {
          inputs: { x: [2, 6] },
          constants: { s: int64s(3, 4) },
          nodes: [
            ["a", "Reshape", "x s"],
            ["y", "Flatten", "a", { axis: 0 }],
          ],
          outputs: "y",
        },
        ["node_a: a = Reshape(x, s)", "node_y: y = Reshape(x, node_y/shape) from node_a"],
        { s: int64s(3, 4), "node_y/shape": int64s(1, 12) },
      ),
      passCase(
        "a first one that others read is not counted as fused",
        {
          inputs: { x: [2, 6] },
          constants: { s: int64s(3, 4), axes: int64s(0) },
          nodes: [
            ["a", "Reshape", "x s"],
            ["y", "Unsqueeze", "a axes"],
            ["r", "Relu", "a"],
          ],
          outputs: "y r",
        },
        ["node_a: a = Reshape(x, s)", "node_y: y = Reshape(x, node_y/shape)", "node_r: r = Relu(a)"],
        { s: int64s(3, 4), "node_y/shape": int64s(1, 3, 4) },
      ),
    ],
    mergeTransposes: [
      passCase(
        // r[i] = p[q[i]]: p = [2, 0, 1], q = [2, 1, 0] → [1, 0, 2].
        "two in a row are one",
        {
          inputs: { x: [2, 3, 4] },
          nodes: [
            ["a", "Transpose", "x", { perm: [2, 0, 1] }],
            ["y", "Transpose", "a", { perm: [2, 1, 0] }],
          ],
          outputs: "y",
        },
        [
          "node_a: a = Transpose(x) {perm=[2, 0, 1]}",
          "node_y: y = Transpose(x) {perm=[1, 0, 2]} from node_a",
        ],
      ),
    ],
    canonicalGemm: [
      passCase(
        "alpha, beta and the transposition of B go into constants",
        {
          inputs: { x: [4, 3] },
          constants: { m: M, c: floats([2], [1, -1]) },
          nodes: [["y", "Gemm", "x m c", { transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } }]],
          outputs: "y",
        },
        ["node_y: y = Gemm(x, m_canonical, c_canonical)"],
        { m_canonical: floats([3, 2], [0.5, 2, 1, 2.5, 1.5, 3]), c_canonical: floats([2], [2, -2]) },
      ),
      passCase(
        "a transposed A becomes a Transpose in front",
        {
          inputs: { x: [2, 4] },
          constants: { m: M },
          nodes: [["y", "Gemm", "x m", { transA: 1 }]],
          outputs: "y",
        },
        [
          "node_y/a_transposed: node_y/a_transposed = Transpose(x) {perm=[1, 0]}",
          "node_y: y = Gemm(node_y/a_transposed, m_canonical)",
        ],
        { m_canonical: M },
      ),
      passCase(
        "a C that is no row becomes an Add behind",
        {
          inputs: { x: [2, 2] },
          constants: { m: M, c: floats([2, 1], [1, -1]) },
          nodes: [["y", "Gemm", "x m c"]],
          outputs: "y",
        },
        ["node_y/product: node_y/product = Gemm(x, m_canonical)", "node_y: y = Add(node_y/product, c)"],
        { m_canonical: M, c: floats([2, 1], [1, -1]) },
      ),
      passCase(
        "a B that is computed makes it a MatMul",
        { inputs: { x: [2, 3], b: [3, 2] }, nodes: [["y", "Gemm", "x b"]], outputs: "y" },
        ["node_y: y = MatMul(x, b)"],
      ),
    ],
  };
}
