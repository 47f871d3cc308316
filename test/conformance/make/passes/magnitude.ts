import { tensor } from "../../../../core-ts/tensor/tensor.ts";
import { int64s, passCase } from "./pass-case.ts";

/** The length of a pair of values. */
export function magnitudeCases() {
  return {
    fuseMagnitude: [
      passCase(
        "the magnitude of a spectrum",
        {
          inputs: { a: [2, 3], b: [2, 3] },
          constants: { two: tensor("float32", [], Float32Array.of(2)) },
          nodes: [
            ["s", "Pow", "a two"],
            ["t", "Mul", "b b"],
            ["u", "Add", "s t"],
            ["y", "Sqrt", "u"],
          ],
          outputs: "y",
        },
        [
          "node_y/part_0: node_y/part_0 = Unsqueeze(a, node_y/axes)",
          "node_y/part_1: node_y/part_1 = Unsqueeze(b, node_y/axes)",
          "node_y/pair: node_y/pair = Concat(node_y/part_0, node_y/part_1) {axis=0}",
          "node_y: y = ReduceL2(node_y/pair, node_y/axes) {keepdims=0} from node_s, node_t, node_u",
        ],
        { "node_y/axes": int64s(0) },
      ),
    ],
  };
}
