import { tensor } from "../../../../core-ts/tensor/tensor.ts";
import { floats, int64s, passCase } from "./pass-case.ts";

/** One step of an LSTM, gates in PyTorch's order i, f, g, o; ONNX's is i, o, f, c. */
export function recurrentCases() {
  return {
    fuseLstm: [
      passCase(
        "a step with states from outside",
        {
          inputs: { x: [1, 2], h: [1, 1], c: [1, 1] },
          constants: {
            W: floats([2, 4], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]),
            R: floats([1, 4], [0.9, 1, 1.1, 1.2]),
            b: floats([4], [0.25, 0.5, 0.75, 1]),
            parts: int64s(1, 1, 1, 1),
          },
          nodes: [
            ["p", "MatMul", "x W"],
            ["s", "MatMul", "h R"],
            ["u", "Add", "p s"],
            ["z", "Add", "u b"],
            ["i f g o", "Split", "z parts", { axis: 1 }],
            ["I", "Sigmoid", "i"],
            ["F", "Sigmoid", "f"],
            ["G", "Tanh", "g"],
            ["O", "Sigmoid", "o"],
            ["k", "Mul", "F c"],
            ["t", "Mul", "I G"],
            ["C", "Add", "k t"],
            ["T", "Tanh", "C"],
            ["y", "Mul", "O T"],
          ],
          outputs: "y",
        },
        [
          "node_y/x_0: node_y/x_0 = Unsqueeze(x, node_y/axes)",
          "node_y/x: node_y/x = Concat(node_y/x_0) {axis=0}",
          "node_y/state: node_y/state = Unsqueeze(h, node_y/axes_2)",
          "node_y/state_2: node_y/state_2 = Unsqueeze(c, node_y/axes_3)",
          "node_y: node_y/series, node_y/h, node_y/c = LSTM(node_y/x, node_y/W, node_y/R, node_y/B, , node_y/state, node_y/state_2) {hidden_size=1}" +
            " from node_z, node_u, node_s, node_p, node_i, node_I, node_F, node_G, node_O, node_t, node_k, node_C, node_T",
          "node_y/steps: node_y/steps = Squeeze(node_y/series, node_y/directions)",
          "y: y = Gather(node_y/steps, node_y/step_0) {axis=0}",
        ],
        {
          "node_y/axes": int64s(0),
          "node_y/axes_2": int64s(0),
          "node_y/axes_3": int64s(0),
          "node_y/W": floats([1, 4, 2], [0.1, 0.5, 0.4, 0.8, 0.2, 0.6, 0.3, 0.7]),
          "node_y/R": floats([1, 4, 1], [0.9, 1.2, 1, 1.1]),
          "node_y/B": floats([1, 8], [0.25, 1, 0.5, 0.75, 0, 0, 0, 0]),
          "node_y/directions": int64s(1),
          "node_y/step_0": tensor("int64", [], BigInt64Array.of(0n)),
        },
      ),
    ],
  };
}
