import { int64s, passCase } from "./pass-case.ts";

/** Sequences that are static, and Casts in a row. */
export function foldCases() {
  return {
    foldSequences: [
      passCase(
        "a list of tensors that is joined is a Concat",
        {
          inputs: { x: [2, 3], u: [2, 4] },
          nodes: [
            ["s", "SequenceConstruct", "x u"],
            ["y", "ConcatFromSequence", "s", { axis: -1 }],
          ],
          outputs: "y",
        },
        ["node_s: s = SequenceConstruct(x, u)", "node_y: y = Concat(x, u) {axis=-1}"],
      ),
      passCase(
        "torch.stack: a new axis",
        {
          inputs: { x: [2, 3], u: [2, 3] },
          nodes: [
            ["e", "SequenceEmpty", ""],
            ["s", "SequenceInsert", "e x"],
            ["t", "SequenceInsert", "s u"],
            ["y", "ConcatFromSequence", "t", { axis: -1, new_axis: 1 }],
          ],
          outputs: "y",
        },
        [
          "node_e: e = SequenceEmpty()",
          "node_s: s = SequenceInsert(e, x)",
          "node_t: t = SequenceInsert(s, u)",
          "node_y/part_0: node_y/part_0 = Unsqueeze(x, node_y/axes)",
          "node_y/part_1: node_y/part_1 = Unsqueeze(u, node_y/axes)",
          "node_y: y = Concat(node_y/part_0, node_y/part_1) {axis=2}",
        ],
        { "node_y/axes": int64s(2) },
      ),
      passCase(
        "torch.split: the parts of a Split",
        {
          inputs: { x: [2, 6] },
          constants: { size: int64s(4, 2), at: int64s(1) },
          nodes: [
            ["s", "SplitToSequence", "x size", { axis: 1 }],
            ["y", "SequenceAt", "s at"],
          ],
          outputs: "y",
        },
        [
          "node_s/Split: node_s/part_0, node_s/part_1 = Split(x, node_s/split) {axis=1} from node_s",
          "node_s: s = SequenceConstruct(node_s/part_0, node_s/part_1)",
          "node_y: y = Identity(node_s/part_1)",
        ],
        { "node_s/split": int64s(4, 2) },
      ),
    ],
    mergeCasts: [
      passCase(
        "there and back through a wider type",
        {
          inputs: { x: [2, 3] },
          nodes: [
            ["a", "Cast", "x", { to: 11 }],
            ["y", "Cast", "a", { to: 1 }],
          ],
          outputs: "y",
        },
        ["node_a: a = Cast(x) {to=11}", "node_y: y = Cast(x) {to=1} from node_a"],
      ),
    ],
  };
}
