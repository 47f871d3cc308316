import { type Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";
import { floats, int64s, passCase } from "./pass-case.ts";

const scalar = (value: number): Tensor => tensor("float32", [], Float32Array.of(value));
const OPEN = tensor("bool", [1, 3], Uint8Array.of(1, 0, 1));

/** Ops of many inputs, bounds as Max and Min, and masks of scores. */
export function spellingCases() {
  return {
    splitVariadic: [
      passCase(
        "a mean of three, the constant last",
        {
          inputs: { x: [2, 3], z: [3] },
          constants: { c: floats([1, 3], [1, 2, 3]) },
          nodes: [["y", "Mean", "c x z"]],
          outputs: "y",
        },
        [
          "node_y/part_1: node_y/part_1 = Add(x, z)",
          "node_y/part_2: node_y/part_2 = Add(node_y/part_1, c)",
          "node_y: y = Mul(node_y/part_2, node_y/share)",
        ],
        { c: floats([1, 3], [1, 2, 3]), "node_y/share": scalar(1 / 3) },
      ),
    ],
    mergeClips: [
      passCase(
        "Min is a Clip, and takes in the Relu before it in the next round",
        {
          inputs: { x: [2, 3] },
          constants: { six: scalar(0.5) },
          nodes: [
            ["r", "Relu", "x"],
            ["y", "Min", "r six"],
          ],
          outputs: "y",
        },
        ["node_y: y = Clip(x, node_y/lower, node_y/upper_2) from node_r"],
        { "node_y/lower": scalar(0), "node_y/upper_2": scalar(0.5) },
      ),
    ],
    maskScores: [
      passCase(
        "a chosen constant before Softmax lies just below all scores",
        {
          inputs: { x: [2, 3] },
          constants: { open: OPEN, C: scalar(-10000) },
          nodes: [
            ["m", "Where", "open x C"],
            ["y", "Softmax", "m", { axis: -1 }],
          ],
          outputs: "y",
        },
        [
          "node_m/least: node_m/least = ReduceMin(x, node_m/axes) {keepdims=1}",
          "node_m/below: node_m/below = Sub(node_m/least, node_m/depth)",
          "node_m: m = Where(open, x, node_m/below)",
          "node_y: y = Softmax(m) {axis=-1}",
        ],
        { open: OPEN, "node_m/axes": int64s(1), "node_m/depth": scalar(Math.fround(10.4)) },
      ),
    ],
    chooseByTruth: [
      passCase(
        "a product with truth values is a choice",
        {
          inputs: { x: [2, 3], z: [3] },
          nodes: [
            ["b", "Less", "x z"],
            ["f", "Cast", "b", { to: 1 }],
            ["y", "Mul", "f x"],
          ],
          outputs: "y",
        },
        ["node_b: b = Less(x, z)", "node_f: f = Cast(b) {to=1}", "node_y: y = Where(b, x, node_y/zero)"],
        { "node_y/zero": scalar(0) },
      ),
    ],
  };
}
