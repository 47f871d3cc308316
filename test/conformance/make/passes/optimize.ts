import { floats, int64s, passCase } from "./pass-case.ts";

const NODE = "{dilations=[1, 1], group=1, kernel_shape=[1, 1], pads=[0, 0, 0, 0], strides=[1, 1]}";

/** All passes, round after round, until nothing changes. */
export function optimizeCases() {
  return {
    optimize: [
      passCase(
        // ·2 by the first Mul, then ·0.5 + 3 by the Add behind the Identity between them: w·2·0.5, and 0·0.5 + 3.
        "a Conv takes in what stands behind an Identity as well",
        {
          inputs: { x: [1, 1, 2, 2] },
          constants: {
            w: floats([1, 1, 1, 1], [5]),
            two: floats([], [2]),
            half: floats([], [0.5]),
            b: floats([], [3]),
          },
          nodes: [
            ["c", "Conv", "x w"],
            ["m", "Mul", "c two"],
            ["i", "Identity", "m"],
            ["h", "Mul", "i half"],
            ["y", "Add", "h b"],
          ],
          outputs: "y",
        },
        [`node_c: y = Conv(x, w_folded_folded, node_c/bias) ${NODE} from node_m, node_h, node_y`],
        { w_folded_folded: floats([1, 1, 1, 1], [5]), "node_c/bias": floats([1], [3]) },
      ),
      passCase(
        "shapes that are computed become constants, two Transposes that undo each other go",
        {
          inputs: { x: [2, 3, 4] },
          constants: { first: int64s(0), rest: int64s(-1) },
          nodes: [
            ["t", "Transpose", "x", { perm: [1, 2, 0] }],
            ["u", "Transpose", "t", { perm: [2, 0, 1] }],
            ["s", "Shape", "u"],
            ["n", "Gather", "s first", { axis: 0 }],
            ["d", "Concat", "n rest", { axis: 0 }],
            ["r", "Reshape", "u d"],
            ["y", "Relu", "r"],
          ],
          outputs: "y",
        },
        ["node_r: r = Reshape(x, d)", "node_y: y = Relu(r)"],
        { d: int64s(2, -1) },
      ),
      passCase(
        "padding, BatchNormalization and dead code in one model",
        {
          inputs: { x: [1, 1, 2, 2] },
          constants: {
            w: floats([1, 1, 2, 2], [1, 2, 3, 4]),
            p: int64s(0, 0, 1, 0, 0, 0, 0, 1),
            one: floats([1], [1]),
            none: floats([1], [0]),
            nine: floats([1], [9]),
          },
          nodes: [
            ["a", "Pad", "x p"],
            ["c", "Conv", "a w"],
            ["y", "BatchNormalization", "c one one none nine", { epsilon: { float: 7 } }],
            ["dead", "Sigmoid", "a"],
          ],
          outputs: "y",
        },
        // γ/√(9 + 7) = 0.25.
        [
          "node_c: y = Conv(x, w_folded, node_c/bias) {dilations=[1, 1], group=1, kernel_shape=[2, 2], pads=[1, 0, 0, 1], strides=[1, 1]} from node_y, node_a",
        ],
        {
          w_folded: floats([1, 1, 2, 2], [0.25, 0.5, 0.75, 1]),
          "node_c/bias": floats([1], [1]),
        },
      ),
    ],
  };
}
