import { describe, expect, it } from "vitest";
import type { Attribute, FunctionDef, Graph } from "../../../core-ts/graph/graph.ts";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { int64Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { nodeBackend } from "../../support/backends.ts";
import { graph, model, node, value } from "../../support/build-model.ts";
import { decodeModel, encodeModel, type Message, modelMessage } from "../../support/onnx-messages.ts";

const branch = (line: string): Graph => graph({ nodes: [line], outputs: [value("r", ["n"])] });

const ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  int: { kind: "int", value: -7 },
  ints: { kind: "ints", value: [0, 1, 2 ** 53, -(2 ** 53)] },
  none: { kind: "ints", value: [] },
  float: { kind: "float", value: 0.25 },
  zero: { kind: "float", value: 0 },
  floats: { kind: "floats", value: [1.5, -0, Number.POSITIVE_INFINITY, Number.NaN] },
  string: { kind: "string", value: "größe" },
  empty: { kind: "string", value: "" },
  strings: { kind: "strings", value: ["a", "", "重"] },
  tensor: { kind: "tensor", value: int64Tensor([1, 2]) },
  tensors: { kind: "tensors", value: [int64Tensor([]), tensor("string", [1], ["x"])] },
  graph: { kind: "graph", value: branch("Add x x -> r") },
  graphs: { kind: "graphs", value: [branch("Add x x -> r"), branch("Mul x x -> r")] },
  sparse: { kind: "opaque", field: 22, bytes: Uint8Array.of(10, 0) },
  type: { kind: "opaque", field: 14, bytes: Uint8Array.of(10, 2, 8, 1) },
  ref: { kind: "ref", name: "alpha", of: "float" },
};

/** A model that has one of everything the format keeps. */
function everything() {
  const fn: FunctionDef = {
    domain: "my.domain",
    name: "Twice",
    inputs: ["a"],
    outputs: ["b"],
    attributes: ["alpha"],
    defaults: new Map([["beta", { kind: "int", value: 3 }]]),
    nodes: [node("LeakyRelu a -> b", { alpha: { kind: "ref", name: "alpha", of: "float" } })],
    opsets: new Map([["", 21]]),
  };
  const custom = { ...node("Custom x _ w -> y _ z", ATTRIBUTES), domain: "my.domain", origins: ["a", "b/c"] };
  const content = graph({
    inputs: [value("x", ["batch", 3, null]), value("w", [2], "int64")],
    outputs: [value("y"), value("z", [])],
    nodes: [custom],
    constants: { w: int64Tensor([5, 6]) },
    types: [value("inner", [1, 2], "float16")],
  });
  return model(content, {
    functions: [fn],
    metadata: new Map([
      ["author", "A. Uthor"],
      ["empty", ""],
    ]),
    opsets: new Map([
      ["", 21],
      ["my.domain", 4],
    ]),
  });
}

describe("a model with one of everything", () => {
  it("comes back from its file as it was", async () => {
    const back = await readModel(writeModel(everything()));
    expect(back).toEqual(everything());
  });

  it("gives the same bytes every time, whatever the order of its metadata", () => {
    const turned = { ...everything(), metadata: new Map([...everything().metadata].reverse()) };
    expect(writeModel(turned)).toEqual(writeModel(everything()));
  });

  it("states the type of every attribute (onnx.proto, AttributeType)", () => {
    const written = decodeModel(writeModel(everything())).graph as { node: [{ attribute: Message[] }] };
    const types = written.node[0].attribute.map(({ name, type }) => [name, type]);
    expect(Object.fromEntries(types)).toEqual({
      ...{ int: 2, ints: 7, none: 7, float: 1, zero: 1, floats: 6, string: 3, empty: 3, strings: 8 },
      ...{ tensor: 4, tensors: 9, graph: 5, graphs: 10, sparse: 11, type: 13, ref: 1 },
    });
  });
});

const withAttribute = (attribute: Message) =>
  encodeModel(
    modelMessage({ node: [{ op_type: "Op", name: "n", attribute: [{ name: "k", ...attribute }] }] }),
  );

async function readAttribute(attribute: Message): Promise<Attribute | undefined> {
  return (await readModel(withAttribute(attribute))).graph.nodes[0]!.attrs.get("k");
}

describe("integer attributes", () => {
  const ENDS = ["9223372036854775807", "-9223372036854775808", "9007199254740992", "-1"];

  it("keep the ends of int64, which mean `until the end`", async () => {
    const read = await readModel(withAttribute({ type: 7, ints: ENDS }));
    const written = decodeModel(writeModel(read)).graph as { node: [{ attribute: [{ ints: string[] }] }] };
    expect(written.node[0].attribute[0].ints).toEqual(ENDS);
  });

  it("reach int64 tensors without wrapping around", () => {
    const { data } = int64Tensor([2 ** 63, -(2 ** 63), 2 ** 80, -3]);
    expect([...data]).toEqual([2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n - 1n, -3n]);
  });

  it("slice to the end in ONNX Runtime (opset 9, ends = 2^63 - 1)", async () => {
    const ends = { axes: [0], starts: [1], ends: [2 ** 63] };
    const slice = node(
      "Slice x -> y",
      Object.fromEntries(Object.entries(ends).map(([key, ints]) => [key, { kind: "ints", value: ints }])),
    );
    const content = graph({ inputs: [value("x", [3])], outputs: [value("y")], nodes: [slice] });
    const file = writeModel(model(content, { opsets: new Map([["", 9]]), irVersion: 4 }));
    const session = await nodeBackend().createSession(file);
    const y = await session.run(new Map([["x", tensor("float32", [3], Float32Array.of(1, 2, 3))]]));
    expect([...(y.get("y")!.data as Float32Array)]).toEqual([2, 3]);
    await session.release();
  });
});

describe("attributes of old files, which leave the type out", () => {
  it.each<[Message, Attribute]>([
    [{ i: 5 }, { kind: "int", value: 5 }],
    [{ f: 0.5 }, { kind: "float", value: 0.5 }],
    [{ ints: [1, 2] }, { kind: "ints", value: [1, 2] }],
    [{ floats: [0.5] }, { kind: "floats", value: [0.5] }],
    [{ s: [97] }, { kind: "string", value: "a" }],
    [{ strings: [[97], [98]] }, { kind: "strings", value: ["a", "b"] }],
    [{}, { kind: "int", value: 0 }],
  ])("%o", async (stored, expected) => expect(await readAttribute(stored)).toEqual(expected));

  it("name an attribute that holds nothing, or that this tool does not read", async () => {
    await expect(readAttribute({ type: 4 })).rejects.toThrow(
      /"k" says it holds a value of type 4 and holds none/,
    );
    await expect(readAttribute({ type: 14 })).rejects.toThrow(
      /"k" is of type 14, which this tool does not read/,
    );
    await expect(readAttribute({ type: 99 })).rejects.toThrow(/"k" is of type 99/);
  });
});

describe("what files spell in several ways", () => {
  it("ai.onnx is the standard domain, and of several versions the highest counts", async () => {
    const opset_import = [{ version: 9 }, { domain: "ai.onnx", version: 13 }, { domain: "d", version: 2 }];
    const file = encodeModel(
      modelMessage({ node: [{ op_type: "Relu", domain: "ai.onnx" }] }, { opset_import }),
    );
    const read = await readModel(file);
    expect([...read.opsets]).toEqual([
      ["", 13],
      ["d", 2],
    ]);
    expect(read.graph.nodes[0]!.domain).toBe("");
  });

  it("a dimension may be a number, a symbol, absent, or -1 for any", async () => {
    const dim = [{ dim_value: 2 }, { dim_param: "n" }, {}, { dim_value: -1 }, { dim_value: 0 }];
    const input = [{ name: "x", type: { tensor_type: { elem_type: 1, shape: { dim } } } }];
    const read = await readModel(encodeModel(modelMessage({ input })));
    expect(read.graph.inputs[0]!.type?.dims).toEqual([2, "n", null, null, 0]);
  });

  it("a shape may be missing, and a type may be no tensor", async () => {
    const input = [
      { name: "any", type: { tensor_type: { elem_type: 1 } } },
      { name: "list", type: { sequence_type: [10, 0] } },
    ];
    const read = await readModel(encodeModel(modelMessage({ input })));
    expect(read.graph.inputs.map(({ type }) => type)).toEqual([{ dtype: "float32", dims: null }, null]);
  });

  it("functions of one name are told apart by their overload", async () => {
    const functions = ["", "v2"].map((overload) => ({ name: "F", domain: "d", overload }));
    const nodes = ["", "v2"].map((overload) => ({ op_type: "F", domain: "d", overload }));
    const read = await readModel(encodeModel(modelMessage({ node: nodes }, { functions })));
    expect(read.functions.map(({ name }) => name)).toEqual(["F", "F__v2"]);
    expect(read.graph.nodes.map(({ op }) => op)).toEqual(["F", "F__v2"]);
  });

  it("a Node Buffer is read like any bytes, and nothing of it is kept", async () => {
    const constants = { c: tensor("uint8", [4], Uint8Array.of(1, 2, 3, 4)) };
    const buffer = Buffer.from(writeModel(model(graph({ constants }))));
    const read = await readModel(buffer);
    buffer.fill(255);
    expect([...(read.graph.initializers.get("c")!.data as Uint8Array)]).toEqual([1, 2, 3, 4]);
  });
});
