import { floats, int64s, passCase } from "./pass-case.ts";

const W = floats([1, 1, 3, 3], [1, 0, -1, 2, 0, -2, 1, 0, -1]);
const W2 = floats([1, 1, 2, 2], [1, 2, 3, 4]);
const image = { inputs: { x: [1, 1, 5, 5] } } as const;

/** Padding, strides and kernels in full, and zeros in front of a Conv as its padding. */
export function windowCases() {
  return {
    explicitWindows: [
      passCase(
        "what a Conv leaves out is written out",
        { ...image, constants: { w: W }, nodes: [["y", "Conv", "x w"]], outputs: "y" },
        [
          "node_y: y = Conv(x, w) {dilations=[1, 1], group=1, kernel_shape=[3, 3], pads=[0, 0, 0, 0], strides=[1, 1]}",
        ],
        { w: W },
      ),
      passCase(
        // 5 → 5 with a kernel of 2: one row and one column to be added, at the end.
        "SAME_UPPER puts the odd row at the end",
        {
          ...image,
          constants: { w: W2 },
          nodes: [["y", "Conv", "x w", { auto_pad: "SAME_UPPER" }]],
          outputs: "y",
        },
        [
          "node_y: y = Conv(x, w) {dilations=[1, 1], group=1, kernel_shape=[2, 2], pads=[0, 0, 1, 1], strides=[1, 1]}",
        ],
        { w: W2 },
      ),
      passCase(
        "SAME_LOWER puts it at the beginning",
        {
          ...image,
          constants: { w: W2 },
          nodes: [["y", "Conv", "x w", { auto_pad: "SAME_LOWER" }]],
          outputs: "y",
        },
        [
          "node_y: y = Conv(x, w) {dilations=[1, 1], group=1, kernel_shape=[2, 2], pads=[1, 1, 0, 0], strides=[1, 1]}",
        ],
        { w: W2 },
      ),
      passCase(
        "VALID is no padding",
        {
          ...image,
          nodes: [["y", "MaxPool", "x", { kernel_shape: [2, 2], strides: [2, 2], auto_pad: "VALID" }]],
          outputs: "y",
        },
        ["node_y: y = MaxPool(x) {dilations=[1, 1], kernel_shape=[2, 2], pads=[0, 0, 0, 0], strides=[2, 2]}"],
      ),
      passCase(
        // 2·(5-1) + 3 = 11 rows without padding; 10 are asked for: 1 is cut off, at the beginning where SAME_UPPER does not say otherwise.
        "the output shape of a ConvTranspose becomes padding",
        {
          ...image,
          constants: { w: W },
          nodes: [["y", "ConvTranspose", "x w", { strides: [2, 2], output_shape: [10, 10] }]],
          outputs: "y",
        },
        [
          "node_y: y = ConvTranspose(x, w) {dilations=[1, 1], group=1, kernel_shape=[3, 3], pads=[1, 1, 0, 0], strides=[2, 2]}",
        ],
        { w: W },
      ),
    ],
    padIntoConv: [
      passCase(
        "zeros around a picture become padding of the Conv",
        {
          ...image,
          constants: { w: W, p: int64s(0, 0, 1, 2, 0, 0, 3, 0) },
          nodes: [
            ["a", "Pad", "x p"],
            ["y", "Conv", "a w", { pads: [1, 0, 0, 1] }],
          ],
          outputs: "y",
        },
        ["node_y: y = Conv(x, w) {pads=[2, 2, 3, 1]} from node_a"],
        { w: W },
      ),
      passCase(
        "other numbers do not",
        {
          ...image,
          constants: { w: W, p: int64s(0, 0, 1, 1, 0, 0, 1, 1), one: floats([], [1]) },
          nodes: [
            ["a", "Pad", "x p one"],
            ["y", "Conv", "a w", { pads: [0, 0, 0, 0] }],
          ],
          outputs: "y",
        },
        ["node_a: a = Pad(x, p, one)", "node_y: y = Conv(a, w) {pads=[0, 0, 0, 0]}"],
        { w: W, p: int64s(0, 0, 1, 1, 0, 0, 1, 1), one: floats([], [1]) },
      ),
      passCase(
        "nor do zeros in front of the channels",
        {
          inputs: { x: [1, 1, 3, 3] },
          constants: { w: floats([1, 2, 1, 1], [1, 2]), p: int64s(0, 1, 0, 0, 0, 0, 0, 0) },
          nodes: [
            ["a", "Pad", "x p"],
            ["y", "Conv", "a w", { pads: [0, 0, 0, 0] }],
          ],
          outputs: "y",
        },
        ["node_a: a = Pad(x, p)", "node_y: y = Conv(a, w) {pads=[0, 0, 0, 0]}"],
        { w: floats([1, 2, 1, 1], [1, 2]), p: int64s(0, 1, 0, 0, 0, 0, 0, 0) },
      ),
    ],
  };
}
