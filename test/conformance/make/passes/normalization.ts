import { floats, int64s, passCase } from "./pass-case.ts";

/** The ops by which exporters spell normalisation, as one op. */
export function normalizationCases() {
  return {
    fuseNormalization: [
      passCase(
        "mean, difference, variance, root, quotient, gain and offset",
        {
          inputs: { x: [2, 3] },
          constants: {
            axes: int64s(-1),
            two: floats([], [2]),
            eps: floats([], [0.25]),
            gamma: floats([3], [1, 2, 3]),
            beta: floats([3], [4, 5, 6]),
          },
          nodes: [
            ["m", "ReduceMean", "x axes"],
            ["d", "Sub", "x m"],
            ["s", "Pow", "d two"],
            ["v", "ReduceMean", "s axes"],
            ["e", "Add", "v eps"],
            ["r", "Sqrt", "e"],
            ["n", "Div", "d r"],
            ["g", "Mul", "n gamma"],
            ["y", "Add", "g beta"],
          ],
          outputs: "y",
        },
        [
          "node_y: y = LayerNormalization(x, node_y/scale, node_y/offset) {axis=1, epsilon=0.25} from node_m, node_d, node_s, node_v, node_e, node_r, node_n, node_g",
        ],
        { "node_y/scale": floats([3], [1, 2, 3]), "node_y/offset": floats([3], [4, 5, 6]) },
      ),
    ],
    fuseGroupNormalization: [
      passCase(
        // 2·γ and 3·γ + β, the first two channels being the first group.
        "Reshape, InstanceNormalization, Reshape, gain and offset",
        {
          inputs: { x: [1, 4, 2] },
          constants: {
            rows: int64s(1, 2, 4),
            back: int64s(1, 4, 2),
            scale: floats([2], [2, 2]),
            bias: floats([2], [3, 0]),
            gamma: floats([4, 1], [1, 2, 3, 4]),
            beta: floats([4, 1], [0.5, 0.5, 0.5, 0.5]),
          },
          nodes: [
            ["r", "Reshape", "x rows"],
            ["n", "InstanceNormalization", "r scale bias", { epsilon: { float: 0.5 } }],
            ["b", "Reshape", "n back"],
            ["g", "Mul", "b gamma"],
            ["y", "Add", "g beta"],
          ],
          outputs: "y",
        },
        [
          "node_y: y = GroupNormalization(x, node_y/scale, node_y/offset) {epsilon=0.5, num_groups=2} from node_r, node_n, node_b, node_g",
        ],
        {
          "node_y/scale": floats([4], [2, 4, 6, 8]),
          "node_y/offset": floats([4], [3.5, 6.5, 0.5, 0.5]),
        },
      ),
    ],
    fuseL2Normalization: [
      passCase(
        "norm, floor under it, quotient",
        {
          inputs: { x: [2, 3] },
          constants: { axes: int64s(-1), tiny: floats([], [1e-12]), shape: int64s(2, 3) },
          nodes: [
            ["n", "ReduceL2", "x axes"],
            ["c", "Clip", "n tiny"],
            ["e", "Expand", "c shape"],
            ["y", "Div", "x e"],
          ],
          outputs: "y",
        },
        ["node_y: y = LpNormalization(x) {axis=1, p=2} from node_n, node_c, node_e"],
      ),
    ],
  };
}
