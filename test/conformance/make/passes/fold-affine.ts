import { floats, passCase } from "./pass-case.ts";

/** Two kernels of 1×1 over one channel: y[0] = 3x, y[1] = -2x. */
const W = floats([2, 1, 1, 1], [3, -2]);
const image = { inputs: { x: [1, 1, 2, 2] } } as const;
/** y = (y - mean)·γ/√(var + 0) + β: ·2 + (1 - 0.5·2) and ·(-0.5) + (4 - 2·(-0.5)), all exact. */
const BN = {
  gamma: floats([2], [4, -1]),
  beta: floats([2], [1, 4]),
  mean: floats([2], [0.5, 2]),
  variance: floats([2], [4, 4]),
};
const bn = ["z", "BatchNormalization", "y gamma beta mean variance", { epsilon: { float: 0 } }] as const;

/** Constants per channel in the weights and bias of the linear op before them. */
export function foldAffineCases() {
  return {
    foldAffine: [
      passCase(
        "BatchNormalization behind a Conv without bias",
        { ...image, constants: { w: W, ...BN }, nodes: [["y", "Conv", "x w"], bn], outputs: "z" },
        ["node_y: z = Conv(x, w_folded, node_y/bias) from node_z"],
        { w_folded: floats([2, 1, 1, 1], [6, 1]), "node_y/bias": floats([2], [0, 5]) },
      ),
      passCase(
        // b·scale + offset: 1·2 + 0 and -3·(-0.5) + 5.
        "BatchNormalization behind a Conv with one",
        {
          ...image,
          constants: { w: W, b: floats([2], [1, -3]), ...BN },
          nodes: [["y", "Conv", "x w b"], bn],
          outputs: "z",
        },
        ["node_y: z = Conv(x, w_folded, b_folded) from node_z"],
        { w_folded: floats([2, 1, 1, 1], [6, 1]), b_folded: floats([2], [2, 6.5]) },
      ),
      passCase(
        "not when others read the Conv",
        {
          ...image,
          constants: { w: W, ...BN },
          nodes: [["y", "Conv", "x w"], bn, ["r", "Relu", "y"]],
          outputs: "z r",
        },
        [
          "node_y: y = Conv(x, w)",
          "node_z: z = BatchNormalization(y, gamma, beta, mean, variance) {epsilon=0}",
          "node_r: r = Relu(y)",
        ],
        { w: W, ...BN },
      ),
      passCase(
        "a Mul per channel changes the weights only",
        {
          ...image,
          constants: { w: W, k: floats([2, 1, 1], [0.5, 4]) },
          nodes: [
            ["y", "Conv", "x w"],
            ["z", "Mul", "y k"],
          ],
          outputs: "z",
        },
        ["node_y: z = Conv(x, w_folded) from node_z"],
        { w_folded: floats([2, 1, 1, 1], [1.5, -8]) },
      ),
      passCase(
        "what is subtracted from: k - y",
        {
          ...image,
          constants: { w: W, k: floats([1, 2, 1, 1], [10, 20]) },
          nodes: [
            ["y", "Conv", "x w"],
            ["z", "Sub", "k y"],
          ],
          outputs: "z",
        },
        ["node_y: z = Conv(x, w_folded, node_y/bias) from node_z"],
        { w_folded: floats([2, 1, 1, 1], [-3, 2]), "node_y/bias": floats([2], [10, 20]) },
      ),
      passCase(
        "not a constant that varies from place to place",
        {
          ...image,
          constants: { w: W, k: floats([2, 2], [1, 2, 3, 4]) },
          nodes: [
            ["y", "Conv", "x w"],
            ["z", "Mul", "y k"],
          ],
          outputs: "z",
        },
        ["node_y: y = Conv(x, w)", "node_z: z = Mul(y, k)"],
        { w: W, k: floats([2, 2], [1, 2, 3, 4]) },
      ),
      passCase(
        "MatMul and Add are a Gemm",
        {
          inputs: { x: [3, 2] },
          constants: { m: floats([2, 2], [1, 2, 3, 4]), b: floats([2], [0.5, -0.5]) },
          nodes: [
            ["y", "MatMul", "x m"],
            ["z", "Add", "b y"],
          ],
          outputs: "z",
        },
        ["node_y: z = Gemm(x, m, node_y/bias) from node_z"],
        { m: floats([2, 2], [1, 2, 3, 4]), "node_y/bias": floats([2], [0.5, -0.5]) },
      ),
      passCase(
        // Weights [C, M, 1, 1] = [1, 2, 1, 1]: output channels stand on axis 1.
        "BatchNormalization behind a ConvTranspose",
        {
          ...image,
          constants: { w: floats([1, 2, 1, 1], [3, -2]), ...BN },
          nodes: [["y", "ConvTranspose", "x w"], bn],
          outputs: "z",
        },
        ["node_y: z = ConvTranspose(x, w_folded, node_y/bias) from node_z"],
        { w_folded: floats([1, 2, 1, 1], [6, 1]), "node_y/bias": floats([2], [0, 5]) },
      ),
    ],
  };
}
