import { describe, expect, it } from "vitest";
import { checkInputTypes, fromOnnx } from "../../../../core-ts/frontends/onnx/index.ts";
import { attr } from "../../../../core-ts/graph/attributes.ts";
import type { Model } from "../../../../core-ts/graph/graph.ts";
import { writeModel } from "../../../../core-ts/onnx/write.ts";
import type { DType } from "../../../../core-ts/tensor/dtype.ts";
import { float32Scalar, int64Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";
import { graph, model, node, value } from "../../../support/build-model.ts";
import { at, expectSame, oneOpAt } from "./compare.ts";

const load = (content: Model): Promise<Model> => fromOnnx(writeModel(content));
const relu = (opset: number): Model => oneOpAt({ op: "Relu", inputs: [[2, 3]] }, opset);

describe("the opset", () => {
  it("is 21 afterwards, whatever it was", async () => {
    for (let opset = 7; opset <= 22; opset++) {
      const { opsets, irVersion } = await load(relu(opset));
      expect([opsets.get(""), irVersion]).toEqual([21, 10]);
    }
  });

  it.each([1, 6, 23, 99])("%i is refused with the range that is read", async (opset) => {
    await expect(load(relu(opset))).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringMatching(new RegExp(`version ${opset} of .* 7 to 22 are read: export`)),
    });
  });

  it("must be stated", async () => {
    const content = model(relu(13).graph, { opsets: new Map([["ai.onnx.ml", 3]]) });
    await expect(load(content)).rejects.toMatchObject({
      code: "MODEL",
      message: expect.stringMatching(/opset_import/),
    });
  });
});

describe("names", () => {
  const chain = (names: string[]): Model => {
    const nodes = names.map((name, i) => ({ ...node(`Relu v${i} -> v${i + 1}`), name }));
    return at(13, graph({ inputs: [value("v0", [2])], outputs: [value(`v${names.length}`)], nodes }));
  };

  it.each([
    [
      ["", "", ""],
      ["Relu_0", "Relu_1", "Relu_2"],
    ],
    [
      ["a", "a", "a"],
      ["a", "a_2", "a_3"],
    ],
    // A made-up name does not take one that is given further down.
    [
      ["", "Relu_0", "b"],
      ["Relu_0_2", "Relu_0", "b"],
    ],
    [
      ["a", "a", "a_2"],
      ["a", "a_3", "a_2"],
    ],
  ])("of nodes %j become %j", async (given, expected) => {
    const { nodes } = (await load(chain(given))).graph;
    expect(nodes.map(({ name }) => name)).toEqual(expected);
  });

  it("of values stay", async () => {
    const content = oneOpAt({ op: "Softmax", inputs: [[2, 3, 4]] }, 9);
    const { graph: canonical } = await load(content);
    expect(canonical.inputs.map(({ name }) => name)).toEqual(["x0"]);
    expect(canonical.outputs.map(({ name }) => name)).toEqual(["y0"]);
  });

  it("of new values avoid those in use", async () => {
    const content = oneOpAt({ op: "Squeeze", inputs: [[1, 3]], attrs: { axes: attr.ints([0]) } }, 11);
    content.graph.nodes.push(node("Relu y0 -> y0_axes"));
    content.graph.outputs.push(value("y0_axes"));
    const { graph: canonical } = await expectSame(content);
    expect([...canonical.initializers.keys()]).toEqual(["y0_axes_2"]);
  });
});

describe("the graph", () => {
  it("loses inputs that are constants (IR version 3 lists weights as inputs)", async () => {
    const content = oneOpAt({ op: "Mul", inputs: [[2, 3], float32Scalar(2)] }, 8);
    content.graph.inputs.push(value("x1", []));
    const canonical = await expectSame(content);
    expect(canonical.graph.inputs.map(({ name }) => name)).toEqual(["x0"]);
  });

  it("comes in topological order", async () => {
    const content = relu(13);
    content.graph.nodes = [node("Exp t -> y0"), node("Relu x0 -> t")];
    const canonical = await load(content);
    expect(canonical.graph.nodes.map(({ op }) => op)).toEqual(["Relu", "Exp"]);
  });

  it.each([
    ["a cycle", ["Add x0 b -> a", "Relu a -> b", "Relu b -> y0"], /cycle/],
    ["a dangling edge", ["Add x0 nowhere -> y0"], /nowhere/],
    ["a value made twice", ["Relu x0 -> y0", "Exp x0 -> y0"], /already defined/],
    ["a node that makes an input", ["Relu x0 -> x0", "Relu x0 -> y0"], /already defined/],
    ["an output nothing makes", ["Relu x0 -> z"], /"y0" is made by no node/],
  ])("is refused with %s", async (_, lines, message) => {
    const content = relu(13);
    content.graph.nodes = lines.map((line) => node(line));
    await expect(load(content)).rejects.toMatchObject({
      code: "MODEL",
      message: expect.stringMatching(message),
    });
  });

  it("is refused with an input that has no name", async () => {
    const content = relu(13);
    content.graph.inputs.push(value("", [1]));
    await expect(load(content)).rejects.toMatchObject({
      code: "MODEL",
      message: expect.stringMatching(/empty name/),
    });
  });

  it("is refused when a rewritten op lacks a required input", async () => {
    const content = relu(9);
    content.graph.nodes = [{ ...node("Upsample x0 -> y0"), name: "up" }];
    await expect(load(content)).rejects.toMatchObject({
      code: "MODEL",
      message: expect.stringMatching(/"up" has no input 1/),
    });
  });

  it("keeps nodes of other domains as they are", async () => {
    const content = relu(11);
    content.graph.nodes = [{ ...node("Clip x0 -> y0", { min: attr.float(0) }), domain: "com.example" }];
    content.opsets.set("com.example", 1);
    const canonical = await load(content);
    expect(canonical.graph.nodes[0]).toMatchObject({ op: "Clip", domain: "com.example", inputs: ["x0"] });
    expect(canonical.opsets.get("com.example")).toBe(1);
  });
});

describe("Constant nodes", () => {
  const forms = {
    value: { kind: "tensor", value: tensor("float32", [2], Float32Array.of(1, 2)) },
    value_float: attr.float(1.5),
    value_floats: attr.floats([1.5, -2]),
  } as const;

  it.each(Object.entries(forms))("become initializers: %s", async (name, form) => {
    const content = oneOpAt({ op: "Add", inputs: [[3, 2], float32Scalar(0)] }, 12);
    content.graph.initializers.clear();
    content.graph.nodes.unshift(node("Constant -> x1", { [name]: form }));
    content.graph.nodes[0]!.inputs = [];
    const canonical = await expectSame(content);
    expect(canonical.graph.nodes.map(({ op }) => op)).toEqual(["Add"]);
    expect(canonical.graph.initializers.has("x1")).toBe(true);
  });

  it.each([
    ["value_int", attr.int(6), []],
    ["value_ints", attr.ints([6]), [1]],
  ])("become initializers: %s", async (name, form, dims) => {
    const content = oneOpAt({ op: "Reshape", inputs: [[3, 2], int64Tensor([6])] }, 13);
    content.graph.initializers.clear();
    content.graph.nodes.unshift({ ...node("Constant -> x1", { [name]: form }), inputs: [] });
    const canonical = await load(content);
    expect(canonical.graph.initializers.get("x1")).toEqual({ ...int64Tensor([6]), dims });
  });

  it.each([
    ["value_string", attr.string("s"), [], ["s"]],
    ["value_strings", { kind: "strings", value: ["s", "t"] }, [2], ["s", "t"]],
  ] as const)("become initializers: %s", async (name, form, dims, data) => {
    const content = relu(13);
    content.graph.nodes.push({ ...node("Constant -> text", { [name]: form }), inputs: [] });
    expect((await load(content)).graph.initializers.get("text")).toEqual({ dtype: "string", dims, data });
  });

  it("may be outputs", async () => {
    const content = relu(13);
    content.graph.nodes.push({ ...node("Constant -> c", { value_float: attr.float(2) }), inputs: [] });
    content.graph.outputs.push(value("c"));
    await expectSame(content);
  });

  it("hold exactly one value", async () => {
    const content = relu(13);
    content.graph.nodes.push({ ...node("Constant -> c"), inputs: [] });
    await expect(load(content)).rejects.toMatchObject({
      code: "MODEL",
      message: expect.stringMatching(/exactly one/),
    });
  });
});

describe("checkInputTypes", () => {
  const withInput = (dtype: DType): Model => {
    const content = relu(13);
    content.graph.inputs = [value("x0", [2, 3], dtype)];
    return content;
  };

  it("takes float32 of known rank, with free dimensions", () => {
    const content = relu(13);
    content.graph.inputs = [value("x0", ["batch", null, 3])];
    expect(() => checkInputTypes(content)).not.toThrow();
  });

  it.each(["float64", "float16", "bfloat16", "int64", "int32", "uint8", "bool", "string"] as const)(
    "refuses %s",
    (dtype) => {
      expect(() => checkInputTypes(withInput(dtype))).toThrow(
        expect.objectContaining({
          code: "UNSUPPORTED",
          where: { value: "x0" },
          message: expect.stringMatching(new RegExp(`"x0" is ${dtype};.* export`)),
        }),
      );
    },
  );

  it("refuses an input whose type or rank is not known", () => {
    const content = relu(13);
    content.graph.inputs = [value("x0")];
    expect(() => checkInputTypes(content)).toThrow(/"x0" has no tensor type/);
    content.graph.inputs = [{ name: "x0", type: { dtype: "float32", dims: null } }];
    expect(() => checkInputTypes(content)).toThrow(/"x0" has no shape/);
  });

  it("refuses a model without inputs or outputs", () => {
    const content = relu(13);
    content.graph.outputs = [];
    expect(() => checkInputTypes(content)).toThrow(/no outputs/);
    content.graph.inputs = [];
    expect(() => checkInputTypes(content)).toThrow(/no inputs/);
  });
});
