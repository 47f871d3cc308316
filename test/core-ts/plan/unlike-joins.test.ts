import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { float32Scalar, tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { graph, model, node, value } from "../../support/build-model.ts";
import { normals, random } from "../../support/numbers.ts";
import { wholeWay } from "../../support/whole-way.ts";

const pointwise = (line: string) => node(line, { kernel_shape: attr.ints([1, 1]) });

/** Boxes of 0..640 and scores of 0..1, joined and transposed as a YOLO's last nodes do; `behind` are nodes that follow. */
function head(behind: readonly string[], output: string) {
  const next = random(5);
  return model(
    graph({
      inputs: [value("x", [1, 8, 6, 6])],
      outputs: [value(output)],
      nodes: [
        pointwise("Conv x wb -> cb"),
        "Sigmoid cb -> sb",
        "Mul sb size -> boxes",
        pointwise("Conv x ws -> cs"),
        "Sigmoid cs -> scores",
        node("Concat boxes scores -> all", { axis: attr.int(1) }),
        node("Transpose all -> y", { perm: attr.ints([0, 2, 3, 1]) }),
        ...behind,
      ],
      constants: {
        wb: normals([4, 8, 1, 1], next),
        ws: normals([5, 8, 1, 1], next),
        size: float32Scalar(640),
        w2: normals([9, 3], next),
      },
    }),
  );
}

describe("values of unlike ranges that one op joins", () => {
  it("leave each on its own scale where the model ends: the op and what moves its output stay float", async () => {
    const { quantized, float, fixed } = await wholeWay(head([], "y"));
    expect(quantized.floatLayers.map(({ op }) => op)).toEqual(["Concat", "Transpose"]);
    expect(quantized.floatLayers[0]!.reason).toMatch(
      /^the range of its input "scores" is 6\d\d times smaller than that of its output, too small for one 8-bit scale$/,
    );
    expect(quantized.warnings).toEqual([]);
    for (const [i, answers] of float.entries()) {
      const [a, b] = [toNumbers(answers.get("y")!), toNumbers(fixed[i]!.get("y")!)];
      // A step of a Sigmoid's 8-bit output is 1/127; its input's error adds a little more. Boxes are 640 times as large.
      for (const [k, real] of a.entries())
        expect(Math.abs(b[k]! - real)).toBeLessThan(k % 9 < 4 ? 640 * 0.03 : 0.03);
    }
  });

  it("stay integer at 16 bit, whose scale holds both", async () => {
    const { quantized } = await wholeWay(head([], "y"), { options: { bits: 16 } });
    expect(quantized.floatLayers).toEqual([]);
    expect(quantized.warnings).toEqual([]);
  });

  it("stay integer in the middle of the model, with a warning that proposes 16 bit", async () => {
    const { quantized } = await wholeWay(head(["MatMul y w2 -> z"], "z"));
    expect(quantized.floatLayers).toEqual([]);
    expect(quantized.warnings).toEqual([
      expect.stringMatching(
        /^Concat node "all": the range of its input "scores" .*; give this node 16 bit \(-gt, -mc\)/,
      ),
    ]);
  });

  it("proposes no mixing where the chip has none", async () => {
    const { quantized } = await wholeWay(head(["MatMul y w2 -> z"], "z"), { options: { chip: "TX5105C" } });
    expect(quantized.warnings[0]).toMatch(/; scale that branch in the model, or cut the model/);
  });

  it("warn at an Add, which is no place to leave the integers", async () => {
    const next = random(9);
    const { quantized } = await wholeWay(
      model(
        graph({
          inputs: [value("x", [1, 4, 5, 5])],
          outputs: [value("y")],
          nodes: [
            pointwise("Conv x w -> c"),
            "Mul c large -> big",
            pointwise("Conv x v -> d"),
            "Add big d -> y",
          ],
          constants: {
            w: normals([4, 4, 1, 1], next),
            v: normals([4, 4, 1, 1], next),
            large: float32Scalar(50),
          },
        }),
      ),
    );
    expect(quantized.warnings).toEqual([
      expect.stringMatching(/^Add node "y": the range of its input "d" is \d+ times/),
    ]);
  });

  const open = tensor("bool", [1, 4, 1, 1], Uint8Array.of(1, 1, 0, 0));
  const small = tensor("float32", [1, 4, 1, 1], Float32Array.of(0.1, -0.2, 0.3, 0));
  const joined = (line: string, behind: readonly string[] = []) =>
    model(
      graph({
        inputs: [value("x", [1, 4, 5, 5]), value("w", [1, 4, 5, 5])],
        outputs: [value(behind.length > 0 ? "z" : "y")],
        nodes: ["Sigmoid x -> s", "Sigmoid w -> t", "Mul t large -> big", node(line), ...behind],
        constants: { large: float32Scalar(100), open, small },
      }),
    );

  it.each([
    ["Max", "Max big s -> y"],
    ["Where", "Where open big s -> y"],
    ["Where of a constant", "Where open big small -> y"],
  ])("%s at the end stays float, so that the small branch keeps its own scale", async (_, line) => {
    const { quantized, float, fixed } = await wholeWay(joined(line));
    expect(quantized.floatLayers.map(({ node: name }) => name)).toEqual(["y"]);
    expect(quantized.floatLayers[0]!.reason).toMatch(/times smaller than that of its output/);
    for (const [i, answers] of float.entries()) {
      const [a, b] = [toNumbers(answers.get("y")!), toNumbers(fixed[i]!.get("y")!)];
      // Steps of 1/127 in the small branch, 100 times that in the large one.
      for (const [k, real] of a.entries()) expect(Math.abs(b[k]! - real)).toBeLessThan(real < 1 ? 0.03 : 3);
    }
  });

  it.each([
    ["Max", "Max big s -> y"],
    ["Where", "Where open big s -> y"],
    ["Sum", "Sum big s -> y"],
    ["Mean", "Mean big s -> y"],
  ])("%s in the middle proposes 16 bit", async (op, line) => {
    const { quantized } = await wholeWay(joined(line, ["Mul y s -> z"]));
    expect(quantized.floatLayers).toEqual([]);
    expect(quantized.warnings).toEqual([
      expect.stringMatching(
        new RegExp(`^${op} node "y": the range of its input "s" is .*; give this node 16 bit`),
      ),
    ]);
    const wide = await wholeWay(joined(line, ["Mul y s -> z"]), { options: { bits: 16 } });
    expect(wide.quantized.warnings).toEqual([]);
  });

  it("Min, whose result is small itself, loses nothing of it", async () => {
    const { quantized } = await wholeWay(joined("Min big s -> y"));
    expect(quantized.floatLayers).toEqual([]);
    expect(quantized.warnings).toEqual([]);
  });
});
