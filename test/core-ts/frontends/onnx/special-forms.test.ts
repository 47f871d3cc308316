import { describe, expect, it } from "vitest";
import { fromOnnx } from "../../../../core-ts/frontends/onnx/index.ts";
import { attr } from "../../../../core-ts/graph/attributes.ts";
import type { Graph, Model } from "../../../../core-ts/graph/graph.ts";
import { writeModel } from "../../../../core-ts/onnx/write.ts";
import { float32Scalar, int64Tensor, type Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";
import { graph, node, value } from "../../../support/build-model.ts";
import { at, expectSame, feedsFor, oneOpAt, opsOf, outputsOf } from "./compare.ts";

const load = (content: Model): Promise<Model> => fromOnnx(writeModel(content));
const floats = (...dims: number[]): Tensor =>
  tensor("float32", dims, new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.5));

/** x → the nodes → y. */
function chain(
  opset: number,
  x: readonly (number | string)[],
  lines: (string | Graph["nodes"][number])[],
  constants = {},
) {
  return at(opset, graph({ inputs: [value("x", x)], outputs: [value("y")], nodes: lines, constants }));
}

describe("Clip and Pad take their bounds in the type of their data", () => {
  const behindCast = (to: number, op: Graph["nodes"][number]): Model =>
    chain(
      10,
      [2, 3],
      [
        node("Cast x -> wide", { to: attr.int(to) }),
        node("Transpose wide -> turned"),
        op,
        node("Cast done -> y", { to: attr.int(1) }),
      ],
    );
  const clip = node("Clip turned -> done", { min: attr.float(-0.25), max: attr.float(0.5) });
  const pad = node("Pad turned -> done", { pads: attr.ints([0, 1, 1, 0]), value: attr.float(0.25) });

  it("float64", async () => {
    await expectSame(behindCast(11, pad));
    // ONNX Runtime has no Clip of float64 before opset 12, but float32 holds these bounds and data, so it must agree.
    const feeds = feedsFor(behindCast(1, clip));
    const [wide, narrow] = [await load(behindCast(11, clip)), await load(behindCast(1, clip))];
    const [found, expected] = [
      await outputsOf(writeModel(wide), feeds),
      await outputsOf(writeModel(narrow), feeds),
    ];
    expect(found).toEqual(expected);
  });

  it("float16", async () => {
    await expectSame(behindCast(10, clip));
    await expectSame(behindCast(10, pad));
  });

  it("told by a constant", async () => {
    const double = tensor("float64", [2], Float64Array.of(1, 2));
    const lines = [
      node("Pad k -> wide", { pads: attr.ints([1, 0]), value: attr.float(0.5) }),
      node("Cast wide -> c", { to: attr.int(1) }),
      node("Add x c -> y"),
    ];
    await expectSame(chain(10, [3], lines, { k: double }));
  });
});

describe("Softmax before opset 13 stays one node when the rank of its input can be told", () => {
  const last = (axis: number) => node("Softmax t -> y", { axis: attr.int(axis) });
  it.each<
    [
      string,
      number,
      readonly (number | string)[],
      (string | Graph["nodes"][number])[],
      Record<string, Tensor>,
    ]
  >([
    ["Gemm", 1, ["n", 4], ["Gemm x w -> t"], { w: floats(4, 3) }],
    ["Flatten", 1, ["n", 4, 2], ["Flatten x -> t"], {}],
    ["Reshape by a constant", 2, [2, 12], ["Reshape x s -> t"], { s: int64Tensor([0, -1, 3]) }],
    [
      "Reshape by a computed shape",
      2,
      ["n", 12],
      [
        "Shape x -> sx",
        node("Gather sx zero -> n", { axis: attr.int(0) }),
        node("Unsqueeze n -> n1", { axes: attr.ints([0]) }),
        node("Concat n1 rest -> s", { axis: attr.int(0) }),
        "Reshape x s -> t",
      ],
      { zero: { ...int64Tensor([0]), dims: [] }, rest: int64Tensor([4, 3]) },
    ],
    ["MatMul", 2, ["n", 2, 4], ["MatMul x w -> t"], { w: floats(4, 3) }],
    [
      "Transpose, Relu, Add",
      2,
      ["n", 3, 4],
      ["Transpose x -> a", "Relu a -> b", "Add b w -> t"],
      { w: floats(1) },
    ],
    ["Squeeze", 1, ["n", 3, 1], [node("Squeeze x -> t", { axes: attr.ints([2]) })], {}],
    [
      "ReduceMean",
      1,
      ["n", 3, 2, 2],
      [node("ReduceMean x -> t", { axes: attr.ints([2, 3]), keepdims: attr.int(0) })],
      {},
    ],
    [
      "Conv, GlobalAveragePool, Flatten",
      1,
      ["n", 2, 4, 4],
      ["Conv x w -> a", "GlobalAveragePool a -> b", "Flatten b -> t"],
      { w: floats(3, 2, 1, 1) },
    ],
    [
      "Expand, Concat",
      1,
      [2, 3],
      ["Expand x s -> a", node("Concat a x -> t", { axis: attr.int(1) })],
      { s: int64Tensor([2, 3]) },
    ],
    [
      "ArgMax, Cast",
      1,
      ["n", 3, 4],
      [
        node("ArgMax x -> a", { axis: attr.int(1), keepdims: attr.int(0) }),
        node("Cast a -> t", { to: attr.int(1) }),
      ],
      {},
    ],
  ])("%s", async (_, axis, x, nodes, constants) => {
    const canonical = await expectSame(chain(11, x, [...nodes, last(axis)], constants));
    const softmax = canonical.graph.nodes.at(-1)!;
    expect(softmax.op).toBe("Softmax");
    expect(softmax.attrs.get("axis")).toEqual(attr.int(-1));
  });

  it("and is exact when it can't", async () => {
    const content = chain(
      11,
      ["n", 3],
      ["NonZero x -> i", node("Cast i -> t", { to: attr.int(1) }), last(1)],
    );
    const canonical = await expectSame(content);
    expect(opsOf(canonical)).toEqual(["NonZero", "Cast", "Flatten", "Softmax", "Shape", "Reshape"]);
  });
});

describe("Resize", () => {
  it("at opset 10 takes scales it can't see for an enlargement", async () => {
    const content = chain(10, [1, 1, 3, 4], ["Add half half -> s", "Resize x s -> y"], {
      half: tensor("float32", [4], Float32Array.of(0.5, 0.5, 1, 1.25)),
    });
    await expectSame(content);
  });

  it("keeps roi where it crops", async () => {
    const roi = tensor("float32", [8], Float32Array.of(0, 0, 0.1, 0.2, 1, 1, 0.9, 0.8));
    const scales = tensor("float32", [4], Float32Array.of(1, 1, 2, 2));
    const attrs = { coordinate_transformation_mode: attr.string("tf_crop_and_resize") };
    const canonical = await expectSame(
      chain(11, [1, 1, 5, 6], [node("Resize x roi s -> y", attrs)], { roi, s: scales }),
    );
    expect(canonical.graph.nodes[0]!.inputs).toEqual(["x", "roi", "s"]);
  });
});

describe("ReduceLogSum", () => {
  it("of positive numbers", async () => {
    for (let opset = 7; opset < 18; opset++) {
      const content = chain(
        opset,
        [2, 3],
        ["Exp x -> e", node("ReduceLogSum e -> y", { axes: attr.ints([1]) })],
      );
      await expectSame(content);
    }
  });
});

describe("left-overs of training", () => {
  const c = [1, 2, 3, 4].map(() => floats(3));
  const batchNorm = (opset: number, outputs: number, attrs = {}): Model => {
    const made = oneOpAt({ op: "BatchNormalization", inputs: [[2, 3, 4], ...c], outputs, attrs }, opset);
    made.graph.outputs = made.graph.outputs.slice(0, 1);
    return made;
  };

  it.each([7, 9, 13])("BatchNormalization's unused statistics at opset %i go", async (opset) => {
    const canonical = await load(batchNorm(opset, 5));
    expect(canonical.graph.nodes[0]!.outputs).toEqual(["y0"]);
  });

  it("BatchNormalization's used statistics, and training_mode, are refused", async () => {
    const used = batchNorm(9, 5);
    used.graph.outputs.push(value("y3"));
    const training = batchNorm(15, 1, { training_mode: attr.int(1) });
    for (const content of [used, training]) {
      await expect(load(content)).rejects.toMatchObject({
        code: "UNSUPPORTED",
        where: { node: "y0" },
        message: expect.stringMatching(/training mode.*eval/),
      });
    }
  });

  it("is_test goes", async () => {
    const canonical = await load(batchNorm(7, 1, { is_test: attr.int(1) }));
    expect(canonical.graph.nodes[0]!.attrs.size).toBe(0);
  });

  it("Dropout's unused mask goes, a used one stays from opset 12 on and is refused before", async () => {
    const dropout = (opset: number): Model => oneOpAt({ op: "Dropout", inputs: [[2, 3]], outputs: 2 }, opset);
    const unused = dropout(9);
    unused.graph.outputs.pop();
    expect((await expectSame(unused)).graph.nodes[0]!.outputs).toEqual(["y0"]);
    await expectSame(dropout(12));
    await expect(load(dropout(11))).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringMatching(/mask/),
    });
  });

  it("Dropout in training mode is refused", async () => {
    const on = tensor("bool", [], Uint8Array.of(1));
    const content = oneOpAt({ op: "Dropout", inputs: [[2, 3], float32Scalar(0.5), on] }, 13);
    await expect(load(content)).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringMatching(/random/),
    });
  });
});

describe("spellings", () => {
  it.each([
    ["FLOAT", 1],
    ["DOUBLE", 11],
    ["INT64", 7],
    ["FLOAT16", 10],
    ["BOOL", 9],
  ])("Cast to %s", async (name, number) => {
    const canonical = await load(oneOpAt({ op: "Cast", inputs: [[2]], attrs: { to: attr.string(name) } }, 7));
    expect(canonical.graph.nodes[0]!.attrs.get("to")).toEqual(attr.int(number));
  });

  it("Cast to nothing known is refused", async () => {
    const content = oneOpAt({ op: "Cast", inputs: [[2]], attrs: { to: attr.string("QUAD") } }, 7);
    await expect(load(content)).rejects.toMatchObject({
      code: "MODEL",
      message: expect.stringMatching(/"QUAD"/),
    });
  });

  it.each(["Affine", "Crop", "ATen"])("the experiment %s is refused by name", async (op) => {
    await expect(load(oneOpAt({ op, inputs: [[2]] }, 8))).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringMatching(new RegExp(`^${op} `)),
    });
  });
});
