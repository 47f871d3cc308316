import { describe, expect, it } from "vitest";
import { fromOnnx } from "../../../../core-ts/frontends/onnx/index.ts";
import { attr } from "../../../../core-ts/graph/attributes.ts";
import type { Model, Node } from "../../../../core-ts/graph/graph.ts";
import { writeModel } from "../../../../core-ts/onnx/write.ts";
import { float32Scalar, type Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";
import { node, value } from "../../../support/build-model.ts";
import { chain, expectSame, feedsFor, oneOpAt, outputsOf } from "./compare.ts";

const load = (content: Model): Promise<Model> => fromOnnx(writeModel(content));
const floats = (...dims: number[]): Tensor =>
  tensor("float32", dims, new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.5));

describe("Clip and Pad take their bounds in the type of their data", () => {
  const behindCast = (to: number, op: Node): Model =>
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
