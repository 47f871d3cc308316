/** Files that say things in their own way: node names, opset imports, IR versions, external data. Made by protobufjs's reflection, not by our writer. */
import { describe, expect, it } from "vitest";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { normals, random } from "../../support/numbers.ts";
import { encodeModel, type Message, modelMessage } from "../../support/onnx-messages.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const WEIGHT = normals([4, 4], random(1), 0.5);
const weightBytes = new Uint8Array((WEIGHT.data as Float32Array).slice().buffer);
const typed = (name: string, ...dims: (number | string)[]): Message => ({
  name,
  type: {
    tensor_type: {
      elem_type: 1,
      shape: { dim: dims.map((dim) => (typeof dim === "number" ? { dim_value: dim } : { dim_param: dim })) },
    },
  },
});
const weight: Message = { name: "w", dims: [4, 4], data_type: 1, raw_data: weightBytes };

/** x [N, 4] → MatMul → h → Relu → y, with parts replaced. */
function file(graph: Message = {}, more: Message = {}): Uint8Array {
  return encodeModel(
    modelMessage(
      {
        node: [
          { op_type: "MatMul", name: "first", input: ["x", "w"], output: ["h"] },
          { op_type: "Tanh", name: "second", input: ["h"], output: ["y"] },
        ],
        input: [typed("x", "N", 4)],
        output: [typed("y", "N", 4)],
        initializer: [weight],
        ...graph,
      },
      more,
    ),
  );
}

const good = async (bytes: Uint8Array, external?: Parameters<typeof wholeWay>[1]) => {
  const found = await wholeWay(bytes, { rows: 3, ...external });
  expect(outputSqnr(found, "y")).toBeGreaterThan(30);
  return found;
};

describe("node names", () => {
  const nodes = (first: Message, second: Message) => ({
    node: [
      { op_type: "MatMul", input: ["x", "w"], output: ["h"], ...first },
      { op_type: "Tanh", input: ["h"], output: ["y"], ...second },
    ],
  });

  it.each([
    ["missing", {}, {}],
    ["empty", { name: "" }, { name: "" }],
    ["twice the same", { name: "n" }, { name: "n" }],
    ["the name another would get", { name: "Tanh_1" }, {}],
    ["a value's name", { name: "y" }, { name: "x" }],
  ])("%s: the written names are unique", async (_, first, second) => {
    const { quantized } = await good(file(nodes(first, second)));
    const written = (await readModel(quantized.bytes)).graph.nodes.map(({ name }) => name);
    expect(written.every((name) => name !== "")).toBe(true);
    expect(new Set(written).size).toBe(written.length);
  });
});

describe("opset imports", () => {
  const ours = { domain: "", version: 17 };

  it.each([
    [
      "with other domains that no node uses",
      [ours, { domain: "ai.onnx.ml", version: 3 }, { domain: "com.x", version: 1 }],
    ],
    ["in another order", [{ domain: "ai.onnx.ml", version: 3 }, ours]],
    ["under the standard domain's long name", [{ domain: "ai.onnx", version: 17 }]],
    ["twice", [ours, ours]],
  ])("%s", async (_, opset_import) => {
    await good(file({}, { opset_import }));
  });

  it.each([7, 9, 11, 13, 15, 18, 20, 21, 22])("of version %i", async (version) => {
    await good(file({}, { opset_import: [{ version }] }));
  });

  it("that are missing, or outside of what is read, are refused with what to do", async () => {
    await expect(good(file({}, { opset_import: [] }))).rejects.toThrow(/does not say which version/);
    await expect(good(file({}, { opset_import: [{ version: 6 }] }))).rejects.toThrow(
      /versions 7 to 22 are read/,
    );
    await expect(good(file({}, { opset_import: [{ version: 99 }] }))).rejects.toThrow(
      /export it with an opset/,
    );
  });
});

describe("IR versions", () => {
  it.each([3, 4, 5, 6, 7, 8, 9, 10, 11])("%i is read", async (ir_version) => {
    // Opset 13 is of IR version 7; runtimes take it under any.
    await good(file({}, { ir_version, opset_import: [{ version: 13 }] }));
  });

  it("3 lists its initializers as inputs too: they are constants, and are not to be fed", async () => {
    const graph = { input: [typed("x", "N", 4), typed("w", 4, 4)] };
    const { prepared } = await good(file(graph, { ir_version: 3, opset_import: [{ version: 9 }] }));
    expect(prepared.inputs.map(({ name }) => name)).toEqual(["x"]);
  });
});

describe("external data", () => {
  const outside: Message = {
    ...{ name: "w", dims: [4, 4], data_type: 1, data_location: 1 },
    external_data: [
      { key: "location", value: "weights.bin" },
      { key: "offset", value: "16" },
      { key: "length", value: "64" },
    ],
  };

  it("gives the same model as data inside", async () => {
    const store = new Uint8Array(80);
    store.set(weightBytes, 16);
    const external = async (_: string, offset: number, length?: number) =>
      store.slice(offset, length === undefined ? undefined : offset + length);
    const apart = await good(file({ initializer: [outside] }), { external });
    expect(apart.quantized.bytes).toEqual((await good(file())).quantized.bytes);
  });

  it("that can't be read is refused, naming the tensor", async () => {
    await expect(good(file({ initializer: [outside] }))).rejects.toThrow(
      /"w".*weights\.bin|weights\.bin.*"w"/,
    );
  });
});
